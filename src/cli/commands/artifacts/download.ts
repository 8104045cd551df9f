import { print } from '../../output.ts'
import { withClient } from '../../tracking/command.ts'
import { printEntity } from '../../tracking/print-entity.ts'
import { checkPlace } from './check-place.ts'
import type { DownloadOptions } from './options.ts'

export async function download(options: DownloadOptions): Promise<void> {
  const { dstPath, artifactPath, json } = options
  const place = checkPlace(options)
  const path = await withClient(options, 'read', (client) =>
    'uri' in place
      ? client.downloadArtifactsAt(place.uri, dstPath)
      : client.downloadArtifacts(place.runId, artifactPath, dstPath),
  )
  if (json) printEntity({ path })
  else print(path)
}
