import { notImplemented, type ServingError } from '../../core/errors.ts'

/** What MLflow 3.17.2 serves below these paths and Headrace does not yet. */
const MISSING: Readonly<Record<string, readonly string[]>> = {
  Traces: [
    ...['/2.0/mlflow/traces', '/3.0/mlflow/traces', '/2.0/mlflow/unified-traces'],
    ...['/2.0/mlflow/get-online-trace-details', '/2.0/mlflow/get-trace-artifact'],
    '/3.0/mlflow/get-trace-artifact',
  ],
  Webhooks: ['/2.0/mlflow/webhooks'],
  'Evaluation datasets': ['/3.0/mlflow/datasets', '/3.0/mlflow/genai'],
  Scorers: ['/3.0/mlflow/scorers', '/3.0/mlflow/scorer'],
  'Label schemas and review queues': ['/3.0/mlflow/label-schemas', '/3.0/mlflow/review-queues'],
  Issues: ['/3.0/mlflow/issues'],
  'Prompt optimization': ['/3.0/mlflow/prompt-optimization'],
  Workspaces: ['/3.0/mlflow/workspaces'],
  'The AI gateway': [
    ...['/3.0/mlflow/gateway', '/2.0/mlflow/gateway-proxy'],
    '/2.0/mlflow/runs/create-promptlab-run',
  ],
  Jobs: ['/3.0/mlflow/jobs', '/3.0/mlflow/demo'],
  'The registry of MCP servers': ['/3.0/mlflow/mcp-servers'],
  'The assistant': ['/3.0/mlflow/assistant'],
  'Telemetry of the UI': ['/3.0/mlflow/ui-telemetry'],
}

/** The same outside of the API. */
const MISSING_OUTSIDE: Readonly<Record<string, readonly string[]>> = {
  Traces: ['/v1/traces', '/v1/metrics'],
  GraphQL: ['/graphql', '/ajax-api/graphql'],
  'The AI gateway': ['/gateway'],
}

/** Finds what MLflow has at a path and Headrace has not. */
export class NotImplemented {
  readonly #features: ReadonlyMap<string, string>
  readonly #staticPrefix: string

  constructor(staticPrefix: string) {
    this.#staticPrefix = staticPrefix
    const paths = [
      ...entries(MISSING).flatMap(([path, feature]) => [
        [`/api${path}`, feature] as const,
        [`/ajax-api${path}`, feature] as const,
      ]),
      ...entries(MISSING_OUTSIDE),
    ]
    this.#features = new Map(paths)
  }

  /** The error for a path below one of those; undefined for any other. */
  find(path: string): ServingError | undefined {
    let above = path.startsWith(this.#staticPrefix) ? path.slice(this.#staticPrefix.length) : path
    while (above !== '') {
      const feature = this.#features.get(above)
      if (feature !== undefined) return notImplemented(`${feature}: this server does not have them yet`)
      above = above.slice(0, above.lastIndexOf('/'))
    }
    return undefined
  }
}

function entries(table: Readonly<Record<string, readonly string[]>>): (readonly [string, string])[] {
  return Object.entries(table).flatMap(([feature, paths]) => paths.map((path) => [path, feature] as const))
}
