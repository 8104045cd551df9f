import type { ConnectionOptions } from './connection-options.ts'

type Credentials = Pick<ConnectionOptions, 'username' | 'password'>

/**
 * User name and password as MLflow finds them: the variables, and for each that is not set the section `[mlflow]`
 * of `~/.mlflow/credentials` (`mlflow/utils/credentials.py`, 3.17.2).
 * @param file text of that file; undefined where there is none
 */
export function withCredentialsFile(settings: Credentials, file: string | undefined): Credentials {
  const section = file === undefined ? new Map<string, string>() : readSection(file, 'mlflow')
  return {
    username: settings.username || section.get('mlflow_tracking_username'),
    password: settings.password || section.get('mlflow_tracking_password'),
  }
}

/** The options of one section of an INI file as Python's configparser reads it, names in small letters. */
function readSection(text: string, wanted: string): ReadonlyMap<string, string> {
  const options = new Map<string, string>()
  let section: string | undefined
  for (const line of text.replace(/^\ufeff/, '').split(/\r\n|\r|\n/)) {
    if (/^\s*[#;]/.test(line)) continue
    const header = /^\[(.+)\]/.exec(line.trim())
    if (header !== null) section = header[1]
    const option =
      header === null && section === wanted ? /^\s*([^:=\s][^:=]*?)\s*[:=]\s*(.*?)\s*$/.exec(line) : null
    if (option?.[1] !== undefined) options.set(option[1].toLowerCase(), option[2] ?? '')
  }
  return options
}
