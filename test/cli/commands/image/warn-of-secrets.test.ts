import { expect, test } from 'vitest'
import { warnOfSecrets } from '../../../../src/cli/commands/image/warn-of-secrets.ts'

function warnings(variables: Readonly<Record<string, string>>): readonly string[] {
  const told: string[] = []
  warnOfSecrets(variables, { warn: (_facts: object, message: string) => told.push(message) })
  return told
}

test.each([
  'HEADRACE_API_KEY',
  'HEADRACE_CONTROL_TOKEN',
  'MLFLOW_TRACKING_PASSWORD',
  'AWS_SECRET_ACCESS_KEY',
])('a variable called %s is warned of, without its value', (name) => {
  const [warning = ''] = warnings({ [name]: 'x1y2', HEADRACE_MAX_BATCH_ROWS: '64' })
  expect(warning).toContain(`--env ${name}: whoever can pull`)
  expect(warning).not.toMatch(/x1y2|BATCH/)
})

test('others are not, nor is one that is made empty', () => {
  const others = { HEADRACE_ROLLOUT_KEY_COLUMN: 'user', HEADRACE_SSL_KEYFILE: 'k.pem', HEADRACE_API_KEY: '' }
  expect(warnings(others)).toEqual([])
})
