import { invalidParameter } from '../core/errors.ts'
import { setting } from './setting.ts'
import { TRACK_SETTINGS as ALL } from './track-settings.ts'

/** An image writes to no tracking store, and says so where it is asked to. */
export const TRACK_SETTINGS: typeof ALL = {
  ...ALL,
  track: setting<string | undefined>({
    ...ALL.track,
    hidden: true,
    parse: () => {
      throw invalidParameter(
        'an image of a model records nothing in a tracking store: run the image of Headrace itself',
      )
    },
  }),
}
