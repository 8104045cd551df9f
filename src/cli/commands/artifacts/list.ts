import type { FileInfo } from '../../../client/artifacts/artifact-tree.ts'
import { print, table } from '../../output.ts'
import { withClient } from '../../tracking/command.ts'
import { printEntity } from '../../tracking/print-entity.ts'
import { checkPlace } from './check-place.ts'
import type { ListOptions } from './options.ts'

export async function list(options: ListOptions): Promise<void> {
  const place = checkPlace(options)
  const files = await withClient(options, 'read', (client) =>
    'uri' in place
      ? client.listArtifactsAt(place.uri)
      : client.listArtifacts(place.runId, options.artifactPath),
  )
  if (options.json) printEntity(files)
  else if (files.length === 0) print('No files.')
  else print(table(['PATH', 'BYTES'], files.map(row)))
}

function row({ path, isDir, fileSize }: FileInfo): readonly string[] {
  return isDir ? [`${path}/`, '-'] : [path, String(fileSize ?? '-')]
}
