import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { Fields } from './fields.ts'

/** What `studies/growth.ts` found. */
export interface Growth {
  readonly columns: {
    /** Half of the requests of one row and one connection were answered within this, in microseconds. */
    readonly p50Us100: number
    readonly p50Us1000: number
  }
  readonly models: {
    readonly count: number
    /** Of the server with all of them, in bytes. */
    readonly residentBytes: number
    /** Requests a second to one of them, and to it where it is alone. */
    readonly perSecondBesideOthers: number
    readonly perSecondAlone: number
  }
}

/**
 * @param results the folder of kept results, with those of studies in `studies/`.
 * @returns undefined where the study was not run.
 * @throws Error with the field that is not as it should be
 */
export function readGrowth(results: string): Growth | undefined {
  const file = join(results, 'studies/growth.json')
  if (!existsSync(file)) return undefined
  const fields = new Fields(JSON.parse(readFileSync(file, 'utf8')), 'studies/growth.json')
  return {
    columns: fields.one('columns', (columns) => ({
      p50Us100: columns.number('p50Us100'),
      p50Us1000: columns.number('p50Us1000'),
    })),
    models: fields.one('models', (models) => ({
      count: models.number('count'),
      residentBytes: models.number('residentBytes'),
      perSecondBesideOthers: models.number('perSecondBesideOthers'),
      perSecondAlone: models.number('perSecondAlone'),
    })),
  }
}
