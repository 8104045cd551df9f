import type { ConnectionOptions } from './connection-options.ts'

type Credentials = Pick<ConnectionOptions, 'username' | 'password'>

/**
 * User name and password as MLflow finds them: the variables, and for each that is not set the section `[mlflow]`
 * of `~/.mlflow/credentials` (`mlflow/utils/credentials.py`, 3.17.2).
 * @param file text of that file; undefined where there is none
 */
export function withCredentialsFile(settings: Credentials, file: string | undefined): Credentials {
  const options = file === undefined ? new Map<string, string>() : readMlflowSection(file)
  return {
    username: settings.username || options.get('mlflow_tracking_username'),
    password: settings.password || options.get('mlflow_tracking_password'),
  }
}

const SECTION = /^\s*\[(.+)\]/
const OPTION = /^\s*([^\s:=][^:=]*?)\s*[:=]\s*(.*?)\s*$/

/**
 * The options of `[mlflow]` over those of `[DEFAULT]`, as Python's configparser reads them: names in any case, `:`
 * or `=` after them, no quotes, `%%` for a percent sign. A single `%`, which Python refuses, stands for itself.
 */
function readMlflowSection(text: string): ReadonlyMap<string, string> {
  const sections = new Map<string, Map<string, string>>()
  let options: Map<string, string> | undefined
  for (const line of text.replace(/^\ufeff/, '').split(/\r\n|\r|\n/)) {
    if (/^\s*[#;]/.test(line)) continue
    const section = SECTION.exec(line)?.[1]
    if (section !== undefined) {
      options = sections.get(section) ?? new Map()
      sections.set(section, options)
      continue
    }
    const [, name, value = ''] = OPTION.exec(line) ?? []
    if (name !== undefined) options?.set(name.toLowerCase(), value.replaceAll('%%', '%'))
  }
  const own = sections.get('mlflow')
  return own === undefined ? new Map() : new Map([...(sections.get('DEFAULT') ?? []), ...own])
}
