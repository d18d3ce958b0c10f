/**
 * The one ASN.1 form of our certificates (RFC 5280, RFC 8410), as they are issued: what {@link certificateBody} writes, and nothing else, is read.
 */
import { AsnConvert, OctetString } from '@peculiar/asn1-schema'
import {
  AlgorithmIdentifier,
  AttributeTypeAndValue,
  AttributeValue,
  AuthorityKeyIdentifier,
  BasicConstraints,
  DirectoryString,
  ExtendedKeyUsage,
  Extension,
  Extensions,
  GeneralName,
  id_ce_authorityKeyIdentifier,
  id_ce_basicConstraints,
  id_ce_extKeyUsage,
  id_ce_keyUsage,
  id_ce_subjectAltName,
  id_ce_subjectKeyIdentifier,
  id_kp_clientAuth,
  id_kp_serverAuth,
  KeyIdentifier,
  KeyUsage,
  KeyUsageFlags,
  Name,
  RelativeDistinguishedName,
  SubjectAlternativeName,
  SubjectKeyIdentifier,
  SubjectPublicKeyInfo,
  TBSCertificate,
  Validity,
  Version,
} from '@peculiar/asn1-x509'
import { canonicalJson } from '../text/canonical-json.ts'
import { sha256 } from './hash.ts'

/** Private extension with role and keys: arc 2.25 and the UUID 650b4f71-0319-4a21-991c-3eaac650fdb5 as a number (ITU-T X.667), which needs no registration. */
const ROLE_EXTENSION = '2.25.134310754103820467110881438263300652469'
const ID_ED25519 = '1.3.101.112'
const ID_COMMON_NAME = '2.5.4.3'

/** What a certificate of either kind says. */
interface Frame {
  readonly authorityName: string
  /** Big-endian number, not zero. */
  readonly serial: Uint8Array
  readonly notBefore: Date
  readonly notAfter: Date
}

/** What an issued certificate says. */
export interface CertificateContent extends Frame {
  readonly subject: string
  readonly publicKeySpki: Uint8Array
  readonly role: string
  /** Base64 by use. */
  readonly keys: { readonly [use: string]: string }
}

/** The part of an issued certificate that the authority signs. `forTls` adds the name and usages by which node:tls takes it. */
export function certificateBody(
  content: CertificateContent,
  authorityPublicKey: Uint8Array,
  forTls: boolean,
): TBSCertificate {
  const { subject, publicKeySpki, role, keys } = content
  const tls = [
    extension(id_ce_extKeyUsage, false, new ExtendedKeyUsage([id_kp_serverAuth, id_kp_clientAuth])),
    extension(
      id_ce_subjectAltName,
      false,
      new SubjectAlternativeName([new GeneralName({ dNSName: subject })]),
    ),
  ]
  return body(content, subject, AsnConvert.parse(publicKeySpki, SubjectPublicKeyInfo), [
    extension(id_ce_basicConstraints, true, new BasicConstraints({ cA: false })),
    extension(id_ce_keyUsage, true, new KeyUsage(KeyUsageFlags.digitalSignature)),
    extension(
      id_ce_authorityKeyIdentifier,
      false,
      new AuthorityKeyIdentifier({ keyIdentifier: new KeyIdentifier(keyIdentifier(authorityPublicKey)) }),
    ),
    ...(forTls ? tls : []),
    extension(ROLE_EXTENSION, false, new DirectoryString({ utf8String: canonicalJson({ keys, role }) })),
  ])
}

/** The part of the authority's own certificate that it signs. */
export function authorityBody(frame: Frame, authorityPublicKey: Uint8Array): TBSCertificate {
  const publicKey = new SubjectPublicKeyInfo({
    algorithm: ed25519Algorithm(),
    subjectPublicKey: toArrayBuffer(authorityPublicKey),
  })
  return body(frame, frame.authorityName, publicKey, [
    extension(id_ce_basicConstraints, true, new BasicConstraints({ cA: true })),
    extension(id_ce_keyUsage, true, new KeyUsage(KeyUsageFlags.keyCertSign)),
    extension(id_ce_subjectKeyIdentifier, false, new SubjectKeyIdentifier(keyIdentifier(authorityPublicKey))),
  ])
}

/** The algorithm of every signature here (RFC 8410: no parameters). */
export function ed25519Algorithm(): AlgorithmIdentifier {
  return new AlgorithmIdentifier({ algorithm: ID_ED25519 })
}

/** A buffer with these bytes alone. */
export function toArrayBuffer(bytes: Uint8Array): ArrayBuffer {
  return new Uint8Array(bytes).buffer
}

function body(
  frame: Frame,
  subject: string,
  subjectPublicKeyInfo: SubjectPublicKeyInfo,
  extensions: Extension[],
): TBSCertificate {
  return new TBSCertificate({
    version: Version.v3,
    serialNumber: toArrayBuffer(positiveInteger(frame.serial)),
    signature: ed25519Algorithm(),
    issuer: nameOf(frame.authorityName),
    validity: new Validity({ notBefore: frame.notBefore, notAfter: frame.notAfter }),
    subject: nameOf(subject),
    subjectPublicKeyInfo,
    extensions: new Extensions(extensions),
  })
}

function extension(extnID: string, critical: boolean, value: object): Extension {
  return new Extension({ extnID, critical, extnValue: new OctetString(AsnConvert.serialize(value)) })
}

/** A distinguished name of a common name alone. */
function nameOf(commonName: string): Name {
  const value = new AttributeValue({ utf8String: commonName })
  return new Name([
    new RelativeDistinguishedName([new AttributeTypeAndValue({ type: ID_COMMON_NAME, value })]),
  ])
}

/** RFC 7093, 2, method 1: the first 160 bits of the key's SHA-256. */
function keyIdentifier(publicKey: Uint8Array): Uint8Array {
  return sha256(publicKey).subarray(0, 20)
}

/** Content of a DER INTEGER: the fewest bytes, the highest bit clear. */
function positiveInteger(bytes: Uint8Array): Uint8Array {
  const start = bytes.findIndex((byte) => byte !== 0)
  const digits = bytes.subarray(start === -1 ? bytes.length : start)
  return (digits[0] ?? 0x80) >= 0x80 ? Uint8Array.of(0, ...digits) : digits
}
