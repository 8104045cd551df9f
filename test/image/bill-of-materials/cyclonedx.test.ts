import { Spec, Validation } from '@cyclonedx/cyclonedx-library'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { type BillSubject, billOfMaterials } from '../../../src/image/bill-of-materials/cyclonedx.ts'
import type { PackageNote } from '../../../src/image/layer-plan.ts'

const SUBJECT: BillSubject = { name: 'iris', version: '3', platform: 'linux/amd64', programVersion: '0.1.0' }
const FASTIFY = { name: 'fastify', version: '5.12.8', licence: 'MIT', purl: 'pkg:npm/fastify@5.12.8' }
const SHA256 = 'a'.repeat(64)

const VALIDATOR = new Validation.JsonStrictValidator(Spec.Version.v1dot6)

/** What the official schema of CycloneDX 1.6 has against a bill; null: nothing. */
function faults(bill: string): Promise<unknown> {
  return VALIDATOR.validate(bill)
}

describe('a bill of materials', () => {
  test('is CycloneDX 1.6, with all kinds of things that are in images', async () => {
    const notes: PackageNote[] = [
      FASTIFY,
      { kind: 'platform', name: 'node', version: '24.1.0', purl: 'pkg:generic/node@24.1.0', sha256: SHA256 },
      { kind: 'model', name: 'iris', version: '3', purl: 'pkg:mlflow/iris@3', sha256: SHA256 },
      { kind: 'container', name: 'node', version: '24-slim', purl: 'pkg:oci/node@sha256%3Aabc' },
      { ...FASTIFY, purl: 'pkg:npm/a@1', licence: '(MIT OR Apache-2.0) AND BSD-3-Clause' },
      { ...FASTIFY, purl: 'pkg:npm/b@1', licence: 'GPL-3.0-or-later WITH GCC-exception-3.1' },
      { ...FASTIFY, purl: 'pkg:npm/c@1', licence: 'SEE LICENSE IN LICENSE.txt' },
    ]
    const bill = billOfMaterials(notes, SUBJECT)
    expect(await faults(bill)).toBeNull()
    expect(await faults(bill.replace('machine-learning-model', 'weights'))).not.toBeNull()
    const { components, dependencies, metadata } = JSON.parse(bill)
    expect(components.map(({ type }: { type: string }) => type).sort()).toEqual([
      'container',
      ...['library', 'library', 'library', 'library'],
      'machine-learning-model',
      'platform',
    ])
    expect(dependencies).toEqual([{ ref: 'image', dependsOn: notes.map(({ purl }) => purl).sort() }])
    expect(metadata.component).toMatchObject({ type: 'container', name: 'iris', version: '3' })
  })

  test('tells licences as expressions, and what is none by its name', () => {
    const licenceOf = (licence: string) => {
      const { components } = JSON.parse(billOfMaterials([{ ...FASTIFY, licence }], SUBJECT))
      return components[0].licenses[0]
    }
    expect(licenceOf('MIT')).toEqual({ expression: 'MIT' })
    expect(licenceOf('(MIT OR CC0-1.0)')).toEqual({ expression: '(MIT OR CC0-1.0)' })
    expect(licenceOf('SEE LICENSE IN x')).toEqual({ license: { name: 'SEE LICENSE IN x' } })
  })

  test('is the same for the same things in another order, and has no time', () => {
    const other = { ...FASTIFY, name: 'pino', purl: 'pkg:npm/pino@10.4.0' }
    const bill = billOfMaterials([FASTIFY, other, FASTIFY], SUBJECT)
    expect(billOfMaterials([other, FASTIFY], SUBJECT)).toBe(bill)
    expect(bill).not.toContain('timestamp')
  })

  test('has another serial number when anything in it is another', () => {
    const serials = [
      billOfMaterials([FASTIFY], SUBJECT),
      billOfMaterials([{ ...FASTIFY, sha256: SHA256 }], SUBJECT),
      billOfMaterials([FASTIFY], { ...SUBJECT, platform: 'linux/arm64' }),
      billOfMaterials([FASTIFY], { ...SUBJECT, programVersion: '0.2.0' }),
    ].map((bill) => JSON.parse(bill).serialNumber)
    expect(new Set(serials).size).toBe(4)
    for (const serial of serials) {
      expect(serial).toMatch(/^urn:uuid:[0-9a-f]{8}-[0-9a-f]{4}-8[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/)
    }
  })

  test('is valid whatever packages are called', async () => {
    const note = fc.record({
      name: fc.string({ minLength: 1 }),
      version: fc.string(),
      licence: fc.string({ minLength: 1 }),
      purl: fc.webPath().map((path) => `pkg:generic/${path}`),
    })
    await fc.assert(
      fc.asyncProperty(fc.array(note, { maxLength: 5 }), async (notes) => {
        expect(await faults(billOfMaterials(notes, SUBJECT))).toBeNull()
      }),
      { numRuns: 20 },
    )
  })
})
