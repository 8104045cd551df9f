import { expect, it } from 'vitest'
import { CASES } from '../../src/conformance/case-table.ts'
import { GROUPS } from '../../src/conformance/conformance-case.ts'
import { conformanceRun, failuresOf, idsOf } from './support/conformance-run.ts'
import { GrpcFailure, type GrpcFault, type Message, TinyGrpcServer } from './support/tiny-grpc-server.ts'
import { TinyServer } from './support/tiny-server.ts'

const GRPC_GROUPS = GROUPS.filter((group) => /^(grpc|stream)/.test(group))
const MISTAKES = CASES.map(({ id }) => id).filter((id) => id.startsWith('grpc-errors.'))

/** Instead of what a method answers. */
function instead(methods: readonly string[], message: Message): GrpcFault {
  return (method, _, right) => (methods.includes(method) ? message : right())
}

/** Of all that is refused. */
function refusing(answer: () => Message): GrpcFault {
  return (_method, _request, right) => {
    try {
      return right()
    } catch {
      return answer()
    }
  }
}

/** Of what is inferred, over the stream too. */
function changed(change: (reply: Message) => Message): GrpcFault {
  return (method, _, right) => (method === 'ModelInfer' ? change(right()) : right())
}

interface NamedFault {
  readonly name: string
  readonly fault: GrpcFault
  readonly caughtBy: readonly string[]
}

const FAULTS: readonly NamedFault[] = [
  { name: 'is not live', fault: instead(['ServerLive'], { live: false }), caughtBy: ['grpc.live'] },
  { name: 'is not ready', fault: instead(['ServerReady'], { ready: false }), caughtBy: ['grpc.ready'] },
  {
    name: 'has no model ready',
    fault: instead(['ModelReady'], { ready: false }),
    caughtBy: ['grpc.model-ready'],
  },
  {
    name: 'has every model ready',
    fault: instead(['ModelReady'], { ready: true }),
    caughtBy: ['grpc.unknown-model-not-ready'],
  },
  {
    name: 'has another name than over REST',
    fault: instead(['ServerMetadata'], { name: 'other', version: '1', extensions: [] }),
    caughtBy: ['grpc.server-metadata'],
  },
  {
    name: 'does not describe its model',
    fault: instead(['ModelMetadata'], { name: 'mixed', platform: 'tiny' }),
    caughtBy: ['grpc.model-metadata', 'grpc-errors.metadata-unknown-model'],
  },
  {
    name: 'takes whatever it is sent',
    fault: refusing(() => ({})),
    caughtBy: [...MISTAKES, 'grpc.stream.error', 'grpc.services.health-unknown'],
  },
  {
    name: 'fails where it should refuse',
    fault: refusing(() => {
      throw new GrpcFailure(13)
    }),
    caughtBy: MISTAKES.filter((id) => id.endsWith('-code') || id.endsWith('not-found')),
  },
  {
    name: 'infers something else',
    fault: changed((reply) => ({
      ...reply,
      raw_output_contents: [...bytesIn(reply)].map((bytes) => bytes.map(flipped)),
    })),
    caughtBy: ['grpc.infer-contents', 'grpc.infer-raw', 'grpc.unknown-parameters'],
  },
  {
    name: 'forgets ids',
    fault: changed((reply) => ({ ...reply, id: '' })),
    caughtBy: ['grpc.id-echo'],
  },
  {
    name: 'names another model',
    fault: changed((reply) => ({ ...reply, model_name: 'other' })),
    caughtBy: ['grpc.model-name'],
  },
  {
    name: 'always gives all outputs',
    fault: (method, request, right) =>
      method === 'ModelInfer' ? right({ ...request, outputs: [] }) : right(),
    caughtBy: ['grpc.one-output', 'grpc-errors.unknown-output'],
  },
  {
    name: 'answers a stream with somebody else’s reply',
    fault: instead(['ModelStreamInfer'], { error_message: '', infer_response: { id: 'other' } }),
    caughtBy: ['grpc.stream.answers', 'grpc.stream.error'],
  },
  {
    name: 'is not serving',
    fault: instead(['Check'], { status: 2 }),
    caughtBy: ['grpc.services.health', 'grpc.services.health-unknown'],
  },
  {
    name: 'lists no services',
    fault: instead(['ServerReflectionInfo'], { list_services_response: { service: [] } }),
    caughtBy: ['grpc.services.reflection'],
  },
  { name: 'has an empty index', fault: instead(['RepositoryIndex'], {}), caughtBy: ['grpc.services.index'] },
  { name: 'counts nothing', fault: instead(['ModelStatistics'], {}), caughtBy: ['grpc.services.statistics'] },
  { name: 'has no configuration', fault: instead(['ModelConfig'], {}), caughtBy: ['grpc.services.config'] },
]

/** No server can have a method of which it has none: grpc-js answers by itself. */
const UNCATCHABLE = ['grpc.services.unknown-method']

it('finds nothing wrong with a server that does all of it right, over gRPC', async () => {
  const report = await run(() => new TinyGrpcServer())
  expect(failuresOf(report)).toEqual([])
  expect(idsOf(report, 'pass')).toHaveLength(report.results.length)
})

it.each(FAULTS)('catches a gRPC server that $name', async ({ fault, caughtBy }) => {
  const report = await run(() => new TinyGrpcServer(fault))
  expect(idsOf(report, 'fail')).toEqual(expect.arrayContaining([...caughtBy]))
  expect(report.results.filter(({ reason }) => reason?.includes('defective'))).toEqual([])
})

it('has a fault for each case of gRPC', () => {
  const caught = [...FAULTS.flatMap(({ caughtBy }) => caughtBy), ...UNCATCHABLE]
  const cases = CASES.map(({ id }) => id).filter((id) => id.startsWith('grpc'))
  expect(cases.filter((id) => !caught.includes(id))).toEqual([])
})

async function run(make: () => TinyGrpcServer) {
  const url = await new TinyServer().start()
  return conformanceRun(url, { modelName: 'mixed', grpc: await make().start(), groups: GRPC_GROUPS })
}

function bytesIn(reply: Message): readonly Uint8Array[] {
  return reply['raw_output_contents'] as readonly Uint8Array[]
}

function flipped(byte: number): number {
  return byte ^ 1
}
