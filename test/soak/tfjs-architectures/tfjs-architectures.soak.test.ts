import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { TfjsFormat } from '../../../src/flavors/tfjs-model-json.ts'
import { ARCHITECTURES } from '../../fixtures/tfjs/architectures/architectures.ts'
import { type Agreement, engineAgreement } from '../../fixtures/tfjs/architectures/engine-agreement.ts'
import { useQuietCpu } from '../../fixtures/tfjs/quiet-cpu.ts'
import { saveLayersModel } from '../../fixtures/tfjs/save-model.ts'
import { convertModel } from './convert-models.ts'

/** Of the largest value of an output. The networks are up to 121 layers deep, each of which rounds. */
const TOLERANCE = 1e-4

const STORED = ['float32', 'float16', 'uint16', 'uint8'] as const

type Stored = (typeof STORED)[number]

/** `HEADRACE_TFJS_ARCHITECTURES=resnet-18,series` tries these alone. */
const CHOSEN = process.env['HEADRACE_TFJS_ARCHITECTURES']?.split(',')

describe.each(ARCHITECTURES.filter(({ name }) => CHOSEN?.includes(name) ?? true))('$name', (architecture) => {
  const folder = mkdtempSync(join(tmpdir(), 'headrace-architecture-'))
  const table: Record<string, object> = {}

  beforeAll(async () => {
    await useQuietCpu()
    const network = architecture.build()
    for (const stored of STORED) {
      await saveLayersModel(network, join(folder, `layers-${stored}`), quantization(stored))
    }
    network.dispose()
  })

  afterAll(() => {
    rmSync(folder, { recursive: true })
    console.log(architecture.name)
    console.table(table)
  })

  async function check(directory: string, format: TfjsFormat, stored: Stored): Promise<void> {
    const found = await engineAgreement(architecture, directory, format)
    table[`${format} ${stored}`] = row(found)
    expect(found).toMatchObject({ engine: 'onnxruntime', reason: undefined })
    expect(found.difference).toBeLessThan(TOLERANCE)
  }

  test.each(STORED)('is compiled to what TF.js computes: layers model of %s', async (stored) => {
    await check(join(folder, `layers-${stored}`), 'layers-model', stored)
  })

  test.each(architecture.recurrent ? [] : STORED)(
    'is compiled to what TF.js computes: graph model of %s, by the official converter',
    async (stored) => {
      const to = join(folder, `graph-${stored}`)
      const from = join(folder, 'layers-float32')
      await convertModel({ from, to, ...quantization(stored) })
      await check(to, 'graph-model', stored)
    },
  )
})

function quantization(stored: Stored) {
  return stored === 'float32' ? {} : { quantization: stored }
}

function row({ engine, reason, nodes, transposes, compileMs, prepareMs, difference }: Agreement): object {
  return {
    engine,
    nodes,
    transposes,
    'compile ms': Math.round(compileMs),
    'prepare ms': Math.round(prepareMs),
    difference: difference.toExponential(1),
    ...(reason === undefined ? {} : { reason }),
  }
}
