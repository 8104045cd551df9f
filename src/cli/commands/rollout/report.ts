import { writeFile } from 'node:fs/promises'
import { invalidParameter, messageOf } from '../../../core/errors.ts'
import { print } from '../models/output.ts'
import type { ReportOptions } from './options.ts'
import { withRollouts } from './rollout-client.ts'

export async function report(url: string, name: string | undefined, options: ReportOptions): Promise<void> {
  const page = await withRollouts(url, options, async (client) => client.report(await client.nameOr(name)))
  const { outputPath } = options
  try {
    await writeFile(outputPath, page)
  } catch (error) {
    throw invalidParameter(`--output-path ${outputPath}: ${messageOf(error)}`)
  }
  print(`The report is in ${outputPath}`)
}
