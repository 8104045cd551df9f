import { invalidParameter } from '../../../../core/errors.ts'
import type * as watching from './start-watching.ts'

export const expectWatchable: typeof watching.expectWatchable = () => refuse()

export const startWatching: typeof watching.startWatching = () => refuse()

async function refuse(): Promise<never> {
  throw invalidParameter(
    '--watch follows a registry, and this image asks none: build an image of the new version, or run the image of ' +
      'Headrace itself',
  )
}
