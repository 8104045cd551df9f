import { createHash } from 'node:crypto'
import type { PackageNote } from '../layer-plan.ts'
import type { Platform } from '../platform.ts'

/** The image that a bill of materials is of. */
export interface BillSubject {
  /** As the image is called, without registry and tag: `iris`. */
  readonly name: string
  /** Left out where the model has none. */
  readonly version?: string
  readonly platform: Platform
  /** Of the Headrace that makes the image. */
  readonly programVersion: string
}

/** Where the bill says that it is in an image, from its root. */
export const BILL_PATH = 'usr/share/headrace/sbom.cdx.json'

/** The component that all others are parts of. */
const ROOT = 'image'

/**
 * What is in an image, as CycloneDX 1.6 (ECMA-424) in JSON. Equal contents give an equal text: there is no time in it, and the
 * serial number is a digest of the rest. What is noted twice is told once.
 */
export function billOfMaterials(packages: readonly PackageNote[], subject: BillSubject): string {
  const notes = distinct(packages)
  const rest = {
    version: 1,
    metadata: {
      lifecycles: [{ phase: 'build' }],
      tools: {
        components: [{ type: 'application', name: 'headrace', version: subject.programVersion }],
      },
      component: rootComponent(subject),
    },
    components: notes.map(component),
    dependencies: [{ ref: ROOT, dependsOn: notes.map(({ purl }) => purl) }],
  }
  const bill = {
    $schema: 'http://cyclonedx.org/schema/bom-1.6.schema.json',
    bomFormat: 'CycloneDX',
    specVersion: '1.6',
    serialNumber: `urn:uuid:${uuidOf(JSON.stringify(rest))}`,
    ...rest,
  }
  return `${JSON.stringify(bill, undefined, 2)}\n`
}

function distinct(packages: readonly PackageNote[]): readonly PackageNote[] {
  const byPurl = new Map(packages.map((note) => [note.purl, note]))
  return [...byPurl.values()].sort((a, b) => (a.purl < b.purl ? -1 : 1))
}

function rootComponent({ name, version, platform }: BillSubject): object {
  return {
    type: 'container',
    'bom-ref': ROOT,
    name,
    ...(version === undefined ? {} : { version }),
    properties: [{ name: 'headrace:platform', value: platform }],
  }
}

const TYPES: Readonly<Record<NonNullable<PackageNote['kind']>, string>> = {
  library: 'library',
  platform: 'platform',
  model: 'machine-learning-model',
  container: 'container',
}

function component({ kind = 'library', name, version, licence, purl, sha256 }: PackageNote): object {
  return {
    type: TYPES[kind],
    'bom-ref': purl,
    name,
    version,
    ...(sha256 === undefined ? {} : { hashes: [{ alg: 'SHA-256', content: sha256 }] }),
    ...(licence === undefined ? {} : { licenses: [licenceChoice(licence)] }),
    purl,
  }
}

const LICENCE_ID = String.raw`[A-Za-z0-9][A-Za-z0-9.-]*\+?`
/** SPDX 2.3, annex D, without a check of the parentheses. */
const LICENCE_EXPRESSION = new RegExp(String.raw`^\(*${LICENCE_ID}\)*( (AND|OR|WITH) \(*${LICENCE_ID}\)*)*$`)

/** npm's manifests also say `SEE LICENSE IN …`, which is no expression. */
function licenceChoice(licence: string): object {
  return LICENCE_EXPRESSION.test(licence) ? { expression: licence } : { license: { name: licence } }
}

/** A UUID of contents: version 8 (RFC 9562, section 5.8), of the first 128 bits of SHA-256. */
function uuidOf(text: string): string {
  const bytes = createHash('sha256').update(text).digest().subarray(0, 16)
  bytes.writeUInt8((bytes.readUInt8(6) & 0x0f) | 0x80, 6)
  bytes.writeUInt8((bytes.readUInt8(8) & 0x3f) | 0x80, 8)
  const hex = bytes.toString('hex')
  return [hex.slice(0, 8), hex.slice(8, 12), hex.slice(12, 16), hex.slice(16, 20), hex.slice(20)].join('-')
}
