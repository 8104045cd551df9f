import type { ClientLog } from '../../../client/connection-options.ts'

/** The words of BuildKit's check `SecretsUsedInArgOrEnv`, at the end: HEADRACE_ROLLOUT_KEY_COLUMN names a column. */
const SECRET = /(?:^|_)(?:api_?keys?|auth|credentials?|keys?|passw(?:or)?d|secret|tokens?)$/i

/** Says of variables that are called like secrets that an image is no place to keep one. */
export function warnOfSecrets(variables: Readonly<Record<string, string>>, logger: ClientLog): void {
  const names = Object.keys(variables).filter((name) => SECRET.test(name) && variables[name] !== '')
  if (names.length === 0) return
  const list = names.join(', ')
  logger.warn(
    { variables: names },
    `--env ${list}: whoever can pull the image can read it. Set what is secret when the container runs`,
  )
}
