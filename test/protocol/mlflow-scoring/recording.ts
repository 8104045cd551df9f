import { readFileSync } from 'node:fs'

/** One request and MLflow's answer; the README beside this file says what the fields mean. */
export interface Recording {
  readonly id: string
  readonly model: string
  readonly kind: string
  readonly method?: string
  readonly path?: string
  readonly content_type: string | null
  readonly body?: string | { readonly b64: string }
  readonly status: number
  readonly resp_type: string | null
  readonly resp: string
  readonly also?: { readonly status: number; readonly resp: string }
}

const FOLDER = new URL('.', import.meta.url)

export function readRecordings(): readonly Recording[] {
  const lines = readFileSync(new URL('records.jsonl', FOLDER), 'utf8').trimEnd().split('\n')
  return lines.map((line) => JSON.parse(line) as Recording)
}

export function modelFolder(model: string): string {
  return new URL(`models/${model}`, FOLDER).pathname
}

export function bodyOf({ body = '' }: Recording): Uint8Array {
  return typeof body === 'string' ? Buffer.from(body) : Buffer.from(body.b64, 'base64')
}
