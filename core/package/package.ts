/**
 * The election package: the definition as a signed document of type `package`. Its hash stands in every journal, authorization and
 * sealed ballot, so records of different definitions cannot be mixed.
 */
import { type Definition, parseDefinition } from '../election/definition.ts'
import { fromBase64 } from '../keys/hash.ts'
import { isSoundBoxKey } from '../keys/sealed-box.ts'
import { openDocument, signDocument } from '../keys/signed-document.ts'
import type { Signer } from '../ports.ts'
import type { Result } from '../result.ts'
import { ok, refuse } from '../result.ts'

export interface ElectionPackage {
  readonly definition: Definition
  /** SHA-256 of the canonical definition. */
  readonly hash: Uint8Array
}

/** The text of `package.json`, signed by the authority. The definition must be one that {@link openPackage} takes. */
export function signPackage(definition: Definition, authority: Signer): string {
  return signDocument('package', definition, [authority])
}

/**
 * Reads a package and checks everything about it.
 * @param text the file
 * @param authorityKey Ed25519 key of the election authority, known from elsewhere
 * @param where the file's name, for the refusal
 */
export function openPackage(text: string, authorityKey: Uint8Array, where: string): Result<ElectionPackage> {
  const opened = openDocument(text, { type: 'package', keys: [authorityKey], where })
  if (!opened.ok) return opened
  const definition = parseDefinition(opened.value.payload, where)
  if (!definition.ok) return definition
  const electionKey = fromBase64(definition.value.constituency.electionKey)
  if (electionKey === undefined || !isSoundBoxKey(electionKey)) {
    return refuse(
      'package.weak-key',
      `${where} at constituency.electionKey`,
      'ballots sealed to this key could be read by anyone',
      'Hold the key ceremony again and sign a new package.',
    )
  }
  return ok({ definition: definition.value, hash: opened.value.payloadHash })
}
