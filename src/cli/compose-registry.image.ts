import { invalidParameter } from '../core/errors.ts'
import { localModel } from '../registry-client/local-model.ts'
import { parseModelUri } from '../registry-client/model-uri.ts'
import type { RegistryClient } from '../registry-client/registry-client.ts'
import type { openRegistryClient as openAnyRegistry } from './compose-registry.ts'

/** An image serves the model that it brings, or one that is mounted: it asks no registry. */
export const openRegistryClient: typeof openAnyRegistry = (): RegistryClient => ({
  resolve: async (uri) => {
    const asked = parseModelUri(uri)
    if (asked.kind === 'path') return localModel(uri, asked.path, process.cwd())
    throw invalidParameter(
      `${uri} is not in this image: it serves the model that it was built with, or a folder that is mounted. ` +
        'Build an image of that model (headrace build-image), or run the image of Headrace itself.',
      { uri },
    )
  },
  close: async () => {},
})
