import '@tensorflow/tfjs-backend-cpu'
import type { Backend } from './backend.ts'
import * as tf from './bundled-tensorflow.ts'
import { SwitchedBackend } from './switched-backend.ts'
import type { Turns } from './turns.ts'

/** TF.js in plain JavaScript: slow, and complete. */
export async function startCpu(turns: Turns): Promise<Backend> {
  silenceBanner(tf.findBackend('cpu'))
  return new SwitchedBackend(tf, turns, {
    name: 'cpu',
    registeredName: 'cpu',
    growing: false,
    copiesData: false,
  })
}

/** The first write of a tensor greets whoever reads the console, unless this field says that it was done (4.22). */
function silenceBanner(backend: object): void {
  if ('firstUse' in backend) backend.firstUse = false
}
