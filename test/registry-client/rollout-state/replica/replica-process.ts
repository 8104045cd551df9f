import { once } from 'node:events'
import { registryPlace } from '../../../../src/registry-client/registry-place.ts'
import { openRolloutState } from '../../../../src/registry-client/rollout-state/open-rollout-state.ts'
import { state } from '../states.ts'

/** A replica that writes a state each time that it is sent an epoch, and says what it hears of others, with the time. */
const [uri = '', folder = '', writer = ''] = process.argv.slice(2)
const say = (message: object): void => {
  if (process.connected) process.send?.({ ...message, at: Date.now() })
}

const store = await openRolloutState({
  rollout: 'test',
  registered: { model: 'iris', place: registryPlace({ uri, folder }) },
  file: `${folder}/${writer}.json`,
  access: { maxRetries: 0 },
  onChange: ({ epoch, writer: by }) => say({ heard: epoch, by }),
  log: { info: () => undefined, warn: () => undefined },
})
await store.read()
process.on('message', async (epoch: number) => {
  const held = await store.write(state(epoch, writer))
  say({ wrote: epoch, held: held.writer })
})
say({ ready: true })
await once(process, 'disconnect')
await store.close()
