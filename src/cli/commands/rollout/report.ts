import { writeFile } from 'node:fs/promises'
import { invalidParameter, messageOf } from '../../../core/errors.ts'
import { reportPage } from '../../../rollout/report/report-page.ts'
import { print } from '../../output.ts'
import type { ReportOptions } from './options.ts'
import { withRollouts } from './rollout-client.ts'

/** The page is made here: in a file the links of the server's own page would lead nowhere. */
export async function report(url: string, name: string | undefined, options: ReportOptions): Promise<void> {
  const page = await withRollouts(url, options, async (client) => {
    const view = await client.show(await client.nameOr(name))
    return reportPage(view, { savedFrom: client.url })
  })
  const { outputPath } = options
  try {
    await writeFile(outputPath, page)
  } catch (error) {
    throw invalidParameter(`--output-path ${outputPath}: ${messageOf(error)}`)
  }
  print(`The report is in ${outputPath}`)
}
