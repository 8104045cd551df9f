import { readFileSync } from 'node:fs'
import { userInfo } from 'node:os'
import { dirname, join } from 'node:path'
import { isRecord } from '../../core/record.ts'
import type { Texts } from '../api/tags.ts'

/** The tags that MLflow gives a run by itself. (`mlflow/tracking/context`, 3.17.2) */
export function contextTags(): Texts {
  const program = process.argv[1] ?? process.execPath
  const commit = gitCommit(dirname(program))
  return {
    'mlflow.user': userName(),
    'mlflow.source.name': program,
    'mlflow.source.type': 'LOCAL',
    ...(commit === undefined ? {} : { 'mlflow.source.git.commit': commit }),
    ...givenTags(process.env['MLFLOW_RUN_CONTEXT']),
  }
}

export function userName(): string {
  try {
    return userInfo().username
  } catch {
    // A container may run under a number without a name.
    return process.env['USER'] || process.env['LOGNAME'] || 'unknown'
  }
}

/** More tags, as a JSON object. */
function givenTags(text: string | undefined): Texts {
  if (!text) return {}
  try {
    const value: unknown = JSON.parse(text)
    return isRecord(value)
      ? Object.fromEntries(Object.entries(value).map(([key, tag]) => [key, String(tag)]))
      : {}
  } catch {
    return {}
  }
}

/** Of the repository that a folder is in. */
function gitCommit(folder: string): string | undefined {
  for (let place = folder; ; place = dirname(place)) {
    const head = readText(join(place, '.git', 'HEAD'))
    if (head !== undefined) return commitOf(join(place, '.git'), head)
    if (dirname(place) === place) return undefined
  }
}

function commitOf(git: string, head: string): string | undefined {
  const reference = /^ref: (.+)$/.exec(head)?.[1]
  if (reference === undefined) return asCommit(head)
  const loose = readText(join(git, reference))
  if (loose !== undefined) return asCommit(loose)
  const packed = readText(join(git, 'packed-refs'))?.split('\n') ?? []
  return asCommit(packed.find((line) => line.endsWith(` ${reference}`))?.split(' ')[0] ?? '')
}

function asCommit(text: string): string | undefined {
  return /^[0-9a-f]{40,64}$/.test(text) ? text : undefined
}

function readText(path: string): string | undefined {
  try {
    return readFileSync(path, 'utf8').trim()
  } catch {
    return undefined
  }
}
