import type { Peer } from '../contest/peer.ts'
import { PEER as BENTOML } from './bentoml/peer.ts'
import { PEER as ENGINE } from './engine/peer.ts'
import { PEER as FASTAPI } from './fastapi/peer.ts'
import { PEER as FURNACE } from './furnace/peer.ts'
import { PEER as HEADRACE } from './headrace/peer.ts'
import { PEER as LITSERVE } from './litserve/peer.ts'
import { PEER as MLFLOW } from './mlflow/peer.ts'
import { PEER as MLSERVER } from './mlserver/peer.ts'
import { PEER as MOSEC } from './mosec/peer.ts'
import { PEER as NODE_ECHO } from './node-echo/peer.ts'
import { PEER as NODE_FIXED } from './node-fixed/peer.ts'
import { PEER as PYTRITON } from './pytriton/peer.ts'

/** In the order in which they are listed and first started. */
export const ALL_PEERS: readonly Peer[] = [
  ...[HEADRACE, MLFLOW, MLSERVER, FASTAPI, LITSERVE, BENTOML, MOSEC, PYTRITON, FURNACE],
  ...[NODE_FIXED, NODE_ECHO, ENGINE],
]
