import { gzipSync } from 'node:zlib'
import { apiCall, type RawRequest } from './raw-request.ts'

/** Requests that must be refused with 4xx, by what they try. `RUN` stands for the id of a run, `MODEL` for a registered model. */
export type Attacks = readonly (readonly [what: string, request: RawRequest])[]

const PROMPT_TAG = [{ key: 'mlflow.prompt.is_prompt', value: 'true' }]

const SOURCES = [
  'file:///etc',
  'file://localhost/etc/passwd',
  '/etc/passwd',
  '../../etc',
  'mlflow-artifacts:/../../etc',
  'mlflow-artifacts:/0/%2e%2e/%2e%2e/etc',
  'mlflow-artifacts:/0/%252e%252e/%252e%252e/etc',
  'mlflow-artifacts://host/../../etc',
  'mlflow-artifacts:/0#/../../etc',
  'mlflow-artifacts:/0?/../../etc',
  'mlflow-artifacts:/0\\..\\..\\etc',
  'http://169.254.169.254/latest/meta-data',
  'runs:/../../etc',
  'models:/../../etc',
] as const

/** CVE-2023-1177 and all that bypassed its repairs; with the tag of CVE-2026-2614 as well. */
export const SOURCE_ATTACKS: Attacks = SOURCES.flatMap((source) =>
  [[], PROMPT_TAG].map((tags) => {
    const body = JSON.stringify({ name: 'MODEL', source, run_id: 'RUN', tags })
    return [
      `${source}${tags.length > 0 ? ' as a prompt' : ''}`,
      apiCall('model-versions/create', body),
    ] as const
  }),
)

const OUTSIDE = [
  '../outside.txt',
  '..%2foutside.txt',
  '%2e%2e/outside.txt',
  '%2e%2e%2foutside.txt',
  '%252e%252e%252foutside.txt',
  '..%252foutside.txt',
  '%25252e%25252e/outside.txt',
  'a/../../outside.txt',
  'a/..%2f..%2foutside.txt',
  '%2fetc%2fpasswd',
  '/etc/passwd',
  '%252fetc%252fpasswd',
  'C:%5cwindows%5cwin.ini',
  'c:/windows/win.ini',
  'file:%2f%2f%2fetc%2fpasswd',
  'link/outside.txt',
  'link',
  '%ff%fe',
  'x'.repeat(5000),
] as const

/** CVE-2023-6831, CVE-2024-1560, CVE-2024-1593, CVE-2023-6753 and their like. */
export const PATH_ATTACKS: Attacks = OUTSIDE.flatMap((path) => {
  const target = `/api/2.0/mlflow-artifacts/artifacts/${path}`
  const name = path.slice(0, 60)
  return [
    [`GET ${name}`, { path: target }],
    [`PUT ${name}`, { verb: 'PUT', path: target, body: 'overwritten' }],
  ] as const
})

/** Names of files on this system, as MLflow takes them: where they lead must be within the artifacts. */
export const STRANGE_NAMES: readonly string[] = [
  '..;/outside.txt',
  '..%5coutside.txt',
  '%2e%2e%5coutside.txt',
  '..%255coutside.txt',
  'a%00b',
  '..%00/outside.txt',
]

/** A folder that is not there is empty to MLflow, so what a listing refuses is what leads out alone. */
export const LISTING_ATTACKS: Attacks = ['..', '../', '%2e%2e', '%252e%252e', 'a/../..', '/etc'].map(
  (path) => [path, { path: `/api/2.0/mlflow-artifacts/artifacts?path=${path}` }] as const,
)

const NAME = JSON.stringify({ name: 'attack' })

/** CVE-2025-14279: what a page of another site could send. */
export const ORIGIN_ATTACKS: Attacks = [
  [
    'a name that was bound to this address',
    { path: '/api/2.0/mlflow/experiments/get?experiment_id=0', host: 'evil.example' },
  ],
  [
    'the same with a port',
    { path: '/api/2.0/mlflow/experiments/get?experiment_id=0', host: 'evil.example:5000' },
  ],
  [
    'a host that looks local',
    { path: '/api/2.0/mlflow/experiments/get?experiment_id=0', host: 'localhost.evil.example' },
  ],
  ['no host', { path: '/api/2.0/mlflow/experiments/get?experiment_id=0', host: '' }],
  [
    'a write from another site',
    apiCall('experiments/create', NAME, ['Content-Type: application/json', 'Origin: http://evil.example']),
  ],
  [
    'from a page without origin',
    apiCall('experiments/create', NAME, ['Content-Type: application/json', 'Origin: null']),
  ],
  [
    'from a site that looks local',
    apiCall('experiments/create', NAME, [
      'Content-Type: application/json',
      'Origin: http://localhost.evil.example',
    ]),
  ],
  ['a simple write without origin', apiCall('experiments/create', NAME, ['Content-Type: text/plain'])],
  [
    'a form',
    apiCall('experiments/create', 'name=attack', ['Content-Type: application/x-www-form-urlencoded']),
  ],
  ['no content type', apiCall('experiments/create', NAME, ['Accept: */*'])],
  [
    'an upload from another site',
    {
      verb: 'PUT',
      path: '/api/2.0/mlflow-artifacts/artifacts/x.txt',
      headers: ['Origin: http://evil.example'],
      body: 'x',
    },
  ],
]

const DEEP = 100_000
const METRIC = '"key": "m", "timestamp": 1'

/** Bodies that cost more than they should, or that cannot be read. */
export const BODY_ATTACKS: Attacks = [
  ['deep lists', apiCall('experiments/create', `{"name": ${'['.repeat(DEEP)}${']'.repeat(DEEP)}}`)],
  ['deep objects', apiCall('experiments/create', `{"name": ${'{"a":'.repeat(DEEP)}1${'}'.repeat(DEEP)}}`)],
  ['no end', apiCall('experiments/create', '['.repeat(DEEP))],
  ['a list', apiCall('experiments/create', '[]')],
  ['a number', apiCall('experiments/create', '1')],
  ['not UTF-8', apiCall('experiments/create', Buffer.from([0x7b, 0x22, 0xff, 0xfe, 0x22, 0x7d]))],
  [
    'compressed without end',
    apiCall('experiments/create', gzipSync(Buffer.alloc(50_000_000)), [
      'Content-Type: application/json',
      'Content-Encoding: gzip',
    ]),
  ],
  ['1e400', apiCall('runs/log-metric', `{"run_id": "RUN", "value": 1e400, ${METRIC}}`)],
  [
    'a million digits',
    apiCall('runs/log-metric', `{"run_id": "RUN", "value": 1${'0'.repeat(1_000_000)}, ${METRIC}}`),
  ],
  ['a list for a number', apiCall('runs/log-metric', `{"run_id": "RUN", "value": [1], ${METRIC}}`)],
  ['an object for a text', apiCall('runs/log-parameter', '{"run_id": "RUN", "key": {"a": 1}, "value": "1"}')],
  ['numbers for metrics', apiCall('runs/log-batch', '{"run_id": "RUN", "metrics": [1, null, "x"]}')],
  [
    '100,000 metrics',
    apiCall(
      'runs/log-batch',
      JSON.stringify({
        run_id: 'RUN',
        metrics: Array.from({ length: 100_000 }, () => ({ key: 'm', value: 1, timestamp: 1, step: 1 })),
      }),
    ),
  ],
]

const LONG = 'x'.repeat(1_000_000)

/** CVE-2024-6838: names without bounds. */
export const LONG_ATTACKS: Attacks = [
  ['an experiment', apiCall('experiments/create', JSON.stringify({ name: LONG }))],
  [
    'the tag of an experiment',
    apiCall('experiments/set-experiment-tag', JSON.stringify({ experiment_id: '0', key: LONG, value: 'x' })),
  ],
  [
    'the value of a tag',
    apiCall('experiments/set-experiment-tag', JSON.stringify({ experiment_id: '0', key: 'k', value: LONG })),
  ],
  [
    'a metric',
    apiCall('runs/log-metric', JSON.stringify({ run_id: 'RUN', key: LONG, value: 1, timestamp: 1 })),
  ],
  ['a param', apiCall('runs/log-parameter', JSON.stringify({ run_id: 'RUN', key: LONG, value: '1' }))],
  ['the tag of a run', apiCall('runs/set-tag', JSON.stringify({ run_id: 'RUN', key: LONG, value: '1' }))],
  ['the id of a run', apiCall('runs/log-parameter', JSON.stringify({ run_id: LONG, key: 'p', value: '1' }))],
  [
    'an alias',
    apiCall('registered-models/alias', JSON.stringify({ name: 'MODEL', alias: LONG, version: '1' })),
  ],
  [
    'the tag of a model',
    apiCall('registered-models/set-tag', JSON.stringify({ name: 'MODEL', key: LONG, value: 'x' })),
  ],
  [
    'a filter',
    apiCall('runs/search', JSON.stringify({ experiment_ids: ['0'], filter: `metrics.${LONG} > ` })),
  ],
  ['a token', apiCall('runs/search', JSON.stringify({ experiment_ids: ['0'], page_token: LONG }))],
]

const search = (fields: object): RawRequest =>
  apiCall('runs/search', JSON.stringify({ experiment_ids: ['0'], ...fields }))

/** Searches that break out of the grammar, or that no database can do. */
export const SEARCH_ATTACKS: Attacks = [
  ['statements', search({ filter: "params.p = 'a'; DROP TABLE runs; --'" })],
  ['a statement for a number', search({ filter: 'metrics.m > 1; DROP TABLE runs' })],
  ['a union', search({ filter: "attributes.status = 'x' UNION SELECT 1" })],
  ['a function', search({ filter: 'metrics.m > abs(-1)' })],
  ['a statement as an order', search({ order_by: ['start_time; DROP TABLE runs'] })],
  ['a subquery as an order', search({ order_by: ['(SELECT 1)'] })],
  ['NaN', search({ filter: 'metrics.m > NaN' })],
  ['quotes without end', search({ filter: `params.p = '${"'".repeat(10_000)}` })],
  ['parentheses', search({ filter: '('.repeat(50_000) })],
  ['too many results', search({ max_results: 2 ** 40 })],
  ['no results', search({ max_results: 0 })],
  ['negative', search({ max_results: -1 })],
  ['a token that is none', search({ page_token: 'bm90IEpTT04=' })],
  ['a token of another kind', search({ page_token: Buffer.from('{"offset": "x"}').toString('base64') })],
  ['an id of 100 digits', { path: `/api/2.0/mlflow/experiments/get?experiment_id=${'9'.repeat(100)}` }],
  [
    'a version of 100 digits',
    { path: `/api/2.0/mlflow/model-versions/get?name=MODEL&version=${'9'.repeat(100)}` },
  ],
  ['a negative id', { path: '/api/2.0/mlflow/experiments/get?experiment_id=-1' }],
  ['a run that is a path', { path: '/api/2.0/mlflow/runs/get?run_id=../../etc/passwd' }],
]
