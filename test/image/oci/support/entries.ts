import { Readable } from 'node:stream'
import type { LayerFile, LayerPlan } from '../../../../src/image/layer-plan.ts'

export function textEntry(path: string, text: string, more: Partial<LayerFile> = {}): LayerFile {
  const bytes = Buffer.from(text)
  return {
    kind: 'file',
    path,
    mode: 0o644,
    size: bytes.length,
    open: () => Readable.from([bytes], { objectMode: false }),
    ...more,
  }
}

export function planOf(more: Partial<LayerPlan> = {}): LayerPlan {
  return {
    title: 'a test',
    compression: 'gzip',
    entries: [textEntry('opt/a.txt', 'one'), textEntry('opt/b/c.txt', 'two'.repeat(1000))],
    packages: [],
    ...more,
  }
}

export async function bytesOf(source: AsyncIterable<Uint8Array>): Promise<Buffer> {
  const chunks: Uint8Array[] = []
  for await (const chunk of source) chunks.push(chunk)
  return Buffer.concat(chunks)
}
