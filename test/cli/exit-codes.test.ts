import { execFile } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { describe, expect, test } from 'vitest'

const PROGRAM = fileURLToPath(new URL('../../src/cli/main.ts', import.meta.url))
const IRIS = fileURLToPath(new URL('../../models/iris/2', import.meta.url))
const NOBODY = 'http://127.0.0.1:1'

function headrace(args: readonly string[], env: Readonly<Record<string, string>> = {}) {
  return new Promise<{ readonly code: number | string | null | undefined; readonly stderr: string }>(
    (resolve) => {
      execFile(
        process.execPath,
        [PROGRAM, ...args],
        { env: { ...process.env, ...env } },
        (error, _, stderr) => resolve({ code: error === null ? 0 : error.code, stderr }),
      )
    },
  )
}

describe.concurrent('headrace ends', () => {
  test.each<readonly [RegExp, readonly string[], Readonly<Record<string, string>>]>([
    [/--port \(or MLFLOW_PORT\): 'many' is not a port/, ['serve', '--port', 'many'], {}],
    [/MLFLOW_PORT\): 'many' is not a port/, ['serve'], { MLFLOW_PORT: 'many' }],
    [/AIP_HEALTH_ROUTE: 'health' is not the path/, ['serve'], { AIP_HEALTH_ROUTE: 'health' }],
    [/HEADRACE_ACCESS_LOG\): 'perhaps'/, ['serve'], { HEADRACE_ACCESS_LOG: 'perhaps' }],
    [/No model is named/, ['serve'], {}],
    [/belong together/, ['serve', '-m', 'iris', '--ssl-certfile', 'a.pem'], {}],
    [/Did you mean --workers/, ['serve', '--worker', '2'], {}],
    [/No model is named/, ['tune'], {}],
    [/--p99: '20' is not a time/, ['tune', '-m', 'iris', '--p99', '20'], {}],
    [/--duration: '10' is not a time/, ['bench', NOBODY, '--duration', '10'], {}],
    [/no URL .*: http:\/\/localhost:5000, /, ['bench', 'localhost:5000'], {}],
    [/'p99' is not a figure/, ['bench', NOBODY, '--assert', 'p99'], {}],
    [/a weight is above 0/, ['bench', NOBODY, '--payload', 'body.json=0'], {}],
    [/--rows is for CSV and parquet/, ['bench', NOBODY, '--payload', 'body.json', '--rows', '8'], {}],
    [/--rows is for CSV and parquet/, ['tune', '-m', 'iris', '--payload', 'body.jsonl', '--rows', '8'], {}],
    [/--content-type is that of --payload/, ['bench', NOBODY, '--content-type', 'text/csv'], {}],
    [/a header is name: value/, ['bench', NOBODY, '-H', 'x-team: 版'], {}],
    [/--server-pid is of one server/, ['bench', NOBODY, NOBODY, '--server-pid', '1'], {}],
    [/--server-pid is of one server/, ['bench', '-m', IRIS, '--server-pid', '1'], {}],
    [/No server is named/, ['conformance'], {}],
    [/--watch: 'x' is not a number above 0/, ['rollout', 'show', NOBODY, '--watch', 'x'], {}],
    [/--max-results: '0' is not a whole number/, ['runs', 'list', '--max-results', '0'], {}],
    [/'localhost:5000' is not the http/, ['rollout', 'show', 'localhost:5000'], {}],
    [/'a:50' is no share/, ['rollout', 'set', NOBODY, 'a:50'], {}],
  ])('with 2 and %s for %j %j', async (message, args, env) => {
    const { code, stderr } = await headrace(args, env)
    expect(stderr).toMatch(message)
    expect(code).toBe(2)
  })

  test.each<readonly [RegExp, readonly string[]]>([
    [/^Asking http:\/\/127\.0\.0\.1:1 what it takes\nheadrace: .*refused/, ['bench', NOBODY]],
    [/^headrace: --payload no\.json cannot be read/, ['bench', '-m', IRIS, '--payload', 'no.json=2']],
    [/^headrace: --golden no\.json cannot be read/, ['bench', '-m', IRIS, '--golden', 'no.json']],
    [/^headrace: --payload no\.csv cannot be read/, ['tune', '-m', IRIS, '--payload', 'no.csv']],
    [/no\.txt cannot be read/, ['bench', NOBODY, '--arrivals', 'trace:no.txt']],
    [/no\/out\.json: there is no folder 'no'/, ['bench', NOBODY, '--json', 'no/out.json']],
    [
      /^headrace: --track iris: http:\/\/127\.0\.0\.1:1\S* does not answer/,
      ['bench', NOBODY, '--track', 'iris', '--tracking-uri', NOBODY],
    ],
    [/127\.0\.0\.1:1/, ['rollout', 'show', NOBODY]],
  ])('with 1 and %s for %j', async (message, args) => {
    const { code, stderr } = await headrace(args)
    expect(stderr).toMatch(message)
    expect(code).toBe(1)
  })
})
