/** Names for runs that are given none, such as `mellow-heron-214`: at most 20 characters, as MLflow's. */
export function madeUpRunName(): string {
  return `${oneOf(MANNERS)}-${oneOf(CREATURES)}-${Math.floor(Math.random() * 1001)}`
}

function oneOf(words: readonly string[]): string {
  return words[Math.floor(Math.random() * words.length)] as string
}

// Words of at most eight and six letters: two hyphens and a number up to 1000 make 20 characters.
const MANNERS = (
  'able airy alert amber ample apt azure balmy blithe bold brave breezy bright brisk calm candid careful chatty ' +
  'cheery civil clear clever cosy crisp curious dapper daring deft eager earnest fair famous fleet fluent fond ' +
  'frank gentle gifted glad golden gracious grand handy hardy hearty honest humble jolly jovial keen kind lively ' +
  'loyal lucid lucky mellow merry mighty mild modest neat nimble noble patient playful plucky polite proud quick ' +
  'quiet rapid ready regal robust rustic serene sharp silent silver sincere sleek smart smooth snug sober solid ' +
  'spry stately steady stoic sturdy subtle sunny supple swift tender tidy tranquil trusty upbeat urbane valiant ' +
  'vivid warm watchful wise witty worthy zesty'
).split(' ')
const CREATURES = (
  'adder alpaca auk avocet badger bat bear beaver bee beetle bison boar bream bull camel carp cat chough clam cod ' +
  'colt condor coot coral corgi crab crane cuckoo deer dingo dipper dove duck dunlin eagle eel egret eland elk emu ' +
  'ermine falcon ferret finch fox frog gannet gecko gibbon gnu goat goose grebe grouse gull hare hawk heron hippo ' +
  'horse hyena ibex ibis iguana impala jackal jay kite kiwi koala kudu lark lemur linnet lion lizard llama loon ' +
  'lynx magpie marlin marten merlin mole moose moth mouse newt ocelot okapi oriole osprey otter owl oyster panda ' +
  'parrot perch pike pipit plover pony puffin puma quail rabbit raven robin rook salmon seal serval shrew shrike ' +
  'skua sloth snail sole stoat stork swan swift tapir teal tern tiger toad trout tuna turtle viper vole walrus ' +
  'weasel whale wolf wombat wren yak zebra'
).split(' ')
