/** Files of a home folder: parsed into a type, or refused by name. What touches a disk is given by whoever has one. */
import { z } from 'zod'
import { fromBase64 } from './keys/hash.ts'
import { ok, type Result, refuse } from './result.ts'

/** 32 bytes in base64, as keys and seeds stand in such files. */
export const bytes32 = z.string().transform((text, context) => {
  const bytes = fromBase64(text)
  if (bytes?.length === 32) return bytes
  context.addIssue({ code: 'custom', message: 'a key is not 32 bytes' })
  return z.NEVER
})

/** Each refusal is `home.file` and names the file. */
export interface HomeFiles {
  bytes(file: string): Result<Buffer>
  json<T>(file: string, shape: z.ZodType<T>): Result<T>
  misfit(file: string, what: string): Extract<Result<never>, { ok: false }>
}

/**
 * @param read throws what the system answers
 * @param next what the person does whose folder it is
 */
export function homeFiles(read: (file: string) => Buffer, next: string): HomeFiles {
  const misfit: HomeFiles['misfit'] = (file, what) => refuse('home.file', file, what, next)
  const bytes: HomeFiles['bytes'] = (file) => {
    try {
      return ok(read(file))
    } catch (error) {
      const { code } = error as NodeJS.ErrnoException
      return misfit(file, code === 'ENOENT' ? 'there is no such file' : `it cannot be read (${code})`)
    }
  }
  return {
    misfit,
    bytes,
    json: (file, shape) => {
      const found = bytes(file)
      if (!found.ok) return found
      try {
        const parsed = shape.safeParse(JSON.parse(found.value.toString('utf8')))
        if (parsed.success) return ok(parsed.data)
        const [issue] = parsed.error.issues
        return misfit(file, `${issue?.path.join('.')}: ${issue?.message}`)
      } catch {
        return misfit(file, 'this is not JSON')
      }
    },
  }
}
