import { Readable } from 'node:stream'
import { expect, test } from 'vitest'
import { type BuildFacts, buildReport } from '../../../../src/cli/commands/image/build-report.ts'
import type { Layer } from '../../../../src/image/oci/blob.ts'

function layer(size: number): Layer {
  return { mediaType: '', digest: '', diffId: '', createdBy: '', size, open: () => Readable.from([]) }
}

const FACTS: BuildFacts = {
  packed: {
    image: { manifest: layer(1), config: layer(1), layers: [layer(41_500_000), layer(5100)] },
    layers: [
      { title: 'node', size: 41_500_000 },
      { title: 'model', size: 5100 },
    ],
  },
  platform: 'linux/amd64',
  name: 'localhost/iris:3',
  target: { kind: 'archive', file: 'out/iris 3.tar' },
  pushed: undefined,
  seconds: 2.345,
}

test('a report says what was built, how large it is, and what to do with it', () => {
  expect(buildReport(FACTS).split('\n')).toEqual([
    'Built localhost/iris:3 for linux/amd64 in 2.3 s',
    '   41.5 MB  node',
    '    5.1 kB  model',
    '   41.5 MB  in all',
    "Load it by: docker load -i 'out/iris 3.tar' (or podman load)",
    'Run it by: docker run -p 8080:8080 localhost/iris:3',
    '',
  ])
})

test('what lies below is told in one line, and where an image was pushed', () => {
  const { packed } = FACTS
  const image = { ...packed.image, layers: [layer(80_000_000), ...packed.image.layers] }
  const pushed = 'registry.example/iris:3@sha256:0'
  const lines = buildReport({ ...FACTS, packed: { ...packed, image }, target: undefined, pushed }).split('\n')
  expect(lines[1]).toBe('   80.0 MB  the base image')
  expect(lines.slice(-3)).toEqual(['  121.5 MB  in all', `Pushed as ${pushed}`, ''])
})

test('an image on standard output is loaded already, and a layout by skopeo', () => {
  expect(buildReport({ ...FACTS, target: { kind: 'stream' } })).not.toContain('Load it')
  expect(buildReport({ ...FACTS, target: { kind: 'layout', folder: 'images' } })).toContain(
    'skopeo copy oci:images:localhost/iris:3 docker-daemon:localhost/iris:3',
  )
})
