import { convolutional } from './convolutional.ts'
import { core } from './core.ts'
import type { LayerChoices } from './layer-choice.ts'
import { normalization } from './normalization.ts'
import { pooling } from './pooling.ts'
import { recurrent } from './recurrent.ts'

/** Layers of one input, by class. */
export const choices: LayerChoices = {
  ...core,
  ...convolutional,
  ...pooling,
  ...normalization,
  ...recurrent,
}
