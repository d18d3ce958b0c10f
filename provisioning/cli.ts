/** `sandogh provision …` on the command line. */
import { readFileSync, statSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { parseArgs } from 'node:util'
import { MAX_FILE_BYTES } from '../core/bundle/bundle.ts'
import { fromBase64, toBase64 } from '../core/keys/hash.ts'
import { type ElectionPackage, openPackage } from '../core/package/package.ts'
import { collectPhotos, PHOTO_FOLDER, photoHashes } from '../core/package/photos.ts'
import { checkTimeZone } from '../core/package/time-zone.ts'
import { ok, RefusalError, type Result, refuse, valueOrThrow } from '../core/result.ts'
import { LANGUAGE_NAMES } from '../ui/strings.ts'
import { checkVoterTexts } from '../ui/voter-texts.ts'
import { enrolFolder } from './enrolment/enrol-folder.ts'
import { readOffice } from './office.ts'
import { makeOfficial } from './official.ts'
import { checkCharacters } from './package/check-characters.ts'
import { checkScreens } from './package/check-screens.ts'
import { decodePhotos, photosIn } from './package/photos.ts'
import { now, systemRandom } from './system.ts'

export const usage = `sandogh provision: prepares an election

  sandogh provision check <package.json> --authority <base64 key>
      reads a signed election package, and the folder of photos beside it, as a device would, lays out
      every screen of it and says what it is
  sandogh provision enrol <folder> --station <id> --office <office's folder>
      enrols a ballot device, or a spare, that the package lists at that station. The folder has the two requests that
      "sandogh device request" wrote; certificates, package and photos are put beside them. If it is not the device's
      own home folder, copy them there. The office's folder has the authority's keys
  sandogh provision official --office <office's folder> --name <name> --out <file>
      makes the key and certificate of one who may give orders to devices, with a second one. Give each person one name,
      and no two the same

Exit code: 0 done and good, 2 it is refused or the command was not understood.
`

/**
 * Runs one verb. Writes to standard output and standard error.
 * @returns the exit code
 */
export async function main(args: readonly string[]): Promise<number> {
  try {
    const [verb, ...rest] = args
    if (verb === '--help' || verb === '-h') {
      process.stdout.write(usage)
      return 0
    }
    if (verb === 'check') process.stdout.write(await check(rest))
    else if (verb === 'enrol') process.stdout.write(enrol(rest))
    else if (verb === 'official') official(rest)
    else {
      throw misuse(
        verb === undefined
          ? 'say what to do: check, enrol or official'
          : `there is no verb ${JSON.stringify(verb)}, only check, enrol and official`,
      )
    }
    return 0
  } catch (error) {
    if (!(error instanceof RefusalError)) throw error
    process.stderr.write(`${error.message}\n`)
    return 2
  }
}

async function check(args: readonly string[]): Promise<string> {
  const { file, authority } = checkArguments(args)
  const key = fromBase64(authority)
  if (key?.length !== 32) throw misuse('--authority must be an Ed25519 public key, 32 bytes in base64')
  const text = valueOrThrow(readText(file))
  const electionPackage = valueOrThrow(openPackage(text, key, file))
  valueOrThrow(checkTimeZone(electionPackage.definition, file))
  valueOrThrow(checkVoterTexts(electionPackage.definition, file))
  const folder = join(dirname(file), PHOTO_FOLDER)
  const photos = valueOrThrow(collectPhotos(electionPackage.definition, photosIn(folder), folder))
  valueOrThrow(await decodePhotos(photos, folder))
  valueOrThrow(checkCharacters(electionPackage.definition, file))
  valueOrThrow(checkScreens(electionPackage.definition, file))
  return describePackage(electionPackage)
}

function enrol(args: readonly string[]): string {
  const { values, positionals } = parse(args, { station: { type: 'string' }, office: { type: 'string' } })
  const [folder, ...more] = positionals
  if (folder === undefined || more.length > 0) throw misuse("one folder with a device's requests is needed")
  const { station, office } = values
  if (station === undefined)
    throw misuse('--station is missing: cards of no other station will know the device')
  if (office === undefined) throw misuse("--office is missing: the folder with the authority's keys")
  const order = { folder, station, now: now(), random: systemRandom }
  const device = valueOrThrow(enrolFolder(order, valueOrThrow(readOffice(office))))
  return `${device} is enrolled for station ${station}: ${folder}\n`
}

function official(args: readonly string[]): void {
  const { values, positionals } = parse(args, {
    office: { type: 'string' },
    name: { type: 'string' },
    out: { type: 'string' },
  })
  const { office, name, out } = values
  if (office === undefined || name === undefined || out === undefined || positionals.length > 0)
    throw misuse("official takes --office, the folder with the authority's keys, --name and --out")
  valueOrThrow(makeOfficial({ name, out }, valueOrThrow(readOffice(office)), systemRandom))
}

function checkArguments(args: readonly string[]) {
  const parsed = parse(args, { authority: { type: 'string' } })
  const [file, ...more] = parsed.positionals
  if (file === undefined || more.length > 0) throw misuse('one package file is needed')
  const { authority } = parsed.values
  if (authority === undefined) {
    throw misuse(
      '--authority is missing: a package proves nothing without the key of who must have signed it',
    )
  }
  return { file, authority }
}

function parse<T extends Readonly<Record<string, { readonly type: 'string' }>>>(
  args: readonly string[],
  options: T,
) {
  try {
    return parseArgs({ args: [...args], options, allowPositionals: true, strict: true })
  } catch (error) {
    throw misuse((error as Error).message.split('. ')[0] ?? '')
  }
}

function readText(file: string): Result<string> {
  try {
    if (statSync(file).size > MAX_FILE_BYTES)
      return refuse('input.size', file, 'it is larger than 64 MiB', 'Check that this is the right file.')
    return ok(readFileSync(file, 'utf8'))
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException
    const reasons: Readonly<Record<string, string>> = {
      ENOENT: 'there is no such file',
      EISDIR: 'this is a folder',
    }
    const what = reasons[code ?? ''] ?? `it cannot be read (${code})`
    return refuse('input.unreadable', file, what, 'Name the file of a signed package.')
  }
}

function describePackage({ definition, hash }: ElectionPackage): string {
  const { authority, election, title, rehearsal, pollingDay, constituency, languages, contests, stations } =
    definition
  const { threshold, shareHashes } = constituency.trustees
  const lines = [
    `good package: ${title.fa}${rehearsal ? '   (rehearsal, no election)' : ''}`,
    `  election      ${authority}/${election}, polling day ${pollingDay}`,
    `  constituency  ${constituency.id}, ${constituency.name.fa}; ${threshold} of ${shareHashes.length} trustees open the count`,
    `  hash          ${toBase64(hash)}`,
  ]
  lines.push(`photos: ${photoHashes(definition).length}`, `languages: ${languages.length}`)
  for (const { language, readByNativeSpeaker } of languages) {
    const readers = readByNativeSpeaker ? 'read by somebody' : 'not yet read by anyone'
    lines.push(`  ${language}: ${LANGUAGE_NAMES[language]}, ${readers} whose first language it is`)
  }
  for (const contest of contests) {
    lines.push(
      `contest ${contest.id}: ${contest.title.fa}; ${contest.seats} seats, ${contest.choices} choices at most`,
    )
    for (const { code, name, list } of contest.candidates) {
      lines.push(`  ${code}  ${name.fa}${list === undefined ? '' : `   (list ${list})`}`)
    }
    for (const { code, name } of contest.lists) lines.push(`  ${code}  ${name.fa}   (a list)`)
  }
  lines.push(`stations: ${stations.length}`)
  for (const { id, name, devices, spares } of stations) {
    const beside = spares === undefined ? '' : `; spares: ${spares.join(', ')}`
    lines.push(`  ${id}  ${name.fa}: ${devices.join(', ')}${beside}`)
  }
  return `${lines.join('\n')}\n`
}

function misuse(what: string): RefusalError {
  return new RefusalError({
    code: 'usage',
    where: 'sandogh provision',
    what,
    next: 'See "sandogh provision --help".',
  })
}
