import { hideUserInfo } from '../../../../client/server-url.ts'
import type { Param } from '../../../../entities/param.ts'
import { SERVE_SETTINGS, type ServeSettings } from '../../../config.ts'
import type { Setting } from '../../../setting.ts'

/** Not for everybody who may see the run. */
const SECRET = /token|key|password|secret|cert/i
/** The shortest limit of any MLflow of these years. */
const MOST_LETTERS = 500

/** The settings that a server runs with, as params of its run: those that flags can set, without secrets. */
export function settingParams(settings: ServeSettings): readonly Param[] {
  return Object.entries<Setting<unknown>>(SERVE_SETTINGS).flatMap(([name, { flags, hidden }]) => {
    const value = settings[name as keyof ServeSettings]
    const isNone = value === undefined || value === '' || (Array.isArray(value) && value.length === 0)
    if (flags === undefined || hidden === true || isNone || SECRET.test(name)) return []
    return [{ key: name, value: textOf(value).slice(0, MOST_LETTERS) }]
  })
}

function textOf(value: unknown): string {
  if (typeof value === 'string') return isUri(value) ? hideUserInfo(value) : value
  if (Array.isArray(value)) return value.map(textOf).join(', ')
  return typeof value === 'object' ? JSON.stringify(value) : String(value)
}

function isUri(text: string): boolean {
  return /^(?:[\w.-]+=)?[a-z][a-z0-9+.-]*:\/\//i.test(text)
}
