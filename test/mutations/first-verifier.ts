/**
 * Our verifier in a process of its own, asked as the second one is (`audit/independent/judged.py`): a line of JSON for each command, an array of
 * words, and a line `{"exit":…,"out":"…","err":"…"}` for each answer.
 */
import { createInterface } from 'node:readline'
import { main } from '../../audit/cli.ts'

const write = process.stdout.write.bind(process.stdout)

async function answer(words: readonly string[]): Promise<string> {
  const said = { out: '', err: '' }
  const keep = (stream: keyof typeof said) => (text: string | Uint8Array) => {
    said[stream] += String(text)
    return true
  }
  process.stdout.write = keep('out') as typeof process.stdout.write
  process.stderr.write = keep('err') as typeof process.stderr.write
  const exit = await main(['verify', ...words])
  return JSON.stringify({ exit, ...said })
}

for await (const line of createInterface({ input: process.stdin }))
  write(`${await answer(JSON.parse(line))}\n`)
