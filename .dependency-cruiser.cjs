// The direction of imports, as drawn in docs/architecture.md. Type imports count.
const layers = {
  core: [],
  files: [],
  signature: ['core'],
  protocols: ['signature', 'core'],
  flavors: ['protocols', 'signature', 'core'],
  runtime: ['flavors', 'protocols', 'signature', 'core'],
  batch: ['runtime', 'flavors', 'protocols', 'signature', 'core'],
  page: ['core'],
  rollout: ['page', 'files', 'core'],
  outcomes: ['rollout', 'files', 'core'],
  entities: ['core'],
  client: ['protocols', 'entities', 'files', 'core'],
  artifacts: ['client', 'files', 'core'],
  store: ['artifacts', 'client', 'entities', 'core'],
  'registry-client': ['store', 'artifacts', 'client', 'entities', 'rollout', 'files', 'core'],
  supervisor: ['core'],
  image: ['flavors', 'artifacts', 'client', 'files', 'core'],
  bench: ['protocols', 'signature', 'client', 'page', 'core'],
  conformance: ['client', 'core'],
  server: [
    ...['runtime', 'rollout', 'flavors', 'protocols', 'signature', 'store', 'artifacts', 'client'],
    ...['entities', 'page', 'core'],
  ],
  cli: [
    ...[
      'server',
      'supervisor',
      'batch',
      'runtime',
      'rollout',
      'outcomes',
      'flavors',
      'protocols',
      'signature',
      'registry-client',
      'store',
    ],
    ...['artifacts', 'client', 'entities', 'image', 'bench', 'conformance', 'files', 'core'],
  ],
}

// The rooms of the TF.js flavor.
const tfjs = {
  artifacts: [],
  compile: ['artifacts'],
  trial: ['compile', 'artifacts'],
  engines: ['trial', 'artifacts'],
  prepare: ['engines', 'trial', 'compile', 'artifacts'],
}

const engines = 'node_modules/(onnxruntime-node|onnxruntime-common|@tensorflow)/'

module.exports = {
  forbidden: [
    { name: 'no-cycles', severity: 'error', from: {}, to: { circular: true } },
    ...Object.entries(layers).map(([folder, allowed]) => ({
      name: `${folder}-imports-only-to-the-right`,
      severity: 'error',
      from: { path: `^src/${folder}/` },
      to: { path: '^src/', pathNot: `^src/(${[folder, ...allowed].join('|')})/` },
    })),
    ...Object.entries(tfjs).map(([folder, allowed]) => ({
      name: `tfjs-${folder}-imports-only-to-the-right`,
      severity: 'error',
      from: { path: `^src/flavors/tfjs/${folder}/` },
      to: { path: '^src/flavors/tfjs/', pathNot: `^src/flavors/tfjs/(${[folder, ...allowed].join('|')})/` },
    })),
    {
      name: 'core-and-signature-are-pure',
      severity: 'error',
      from: { path: '^src/(core|signature)/' },
      to: { pathNot: '^src/' },
    },
    {
      name: 'engines-only-inside-their-flavor',
      severity: 'error',
      from: { path: '^src/', pathNot: '^src/flavors/[^/]+/' },
      to: { path: engines },
    },
    {
      name: 'flavor-folders-only-through-the-table',
      severity: 'error',
      from: { path: '^src/', pathNot: '^src/flavors/(flavor-table(\\.image-tfjs)?\\.ts|[^/]+/)' },
      to: { path: '^src/flavors/[^/]+/' },
    },
    {
      name: 'flavor-table-loads-flavors-dynamically',
      severity: 'error',
      from: { path: '^src/flavors/flavor-table(\\.image-tfjs)?\\.ts$' },
      to: { path: '^src/flavors/[^/]+/', dynamic: false },
    },
    {
      name: 'batch-reading-writing-and-scoring-apart',
      severity: 'error',
      from: { path: '^src/batch/(input|output)/' },
      to: { path: '^src/batch/(input|predict|output)/', pathNot: '^src/batch/$1/' },
    },
    {
      name: 'only-server-knows-http',
      severity: 'error',
      from: { path: '^src/', pathNot: '^src/(server|client|artifacts|bench|conformance|cli)/' },
      to: { path: '(node_modules/fastify/|^https?$|^http2$)' },
    },
  ],
  options: {
    tsConfig: { fileName: 'tsconfig.json' },
    tsPreCompilationDeps: true,
    doNotFollow: { path: 'node_modules' },
    enhancedResolveOptions: {
      exportsFields: ['exports'],
      conditionNames: ['import', 'node', 'types', 'default'],
    },
  },
}
