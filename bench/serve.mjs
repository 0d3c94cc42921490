/**
 * `serve.mjs <contestant> <work>`: the process that is measured. It says where it listens, makes what the load needs, and how much CPU it has used.
 *
 * @module
 */
import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'
import { given } from './given.mjs'
import { answerQuestions } from './processes.mjs'

const [name, work] = process.argv.slice(2)
try {
  const { contestant } = await import(`./contestants/${name}.mjs`)
  const { prepare, ...target } = await contestant.works[work](given)
  answerQuestions({
    prepare: ({ n }) => prepare?.(n),
    cpu() {
      const { user, system } = process.cpuUsage()
      return user + system
    },
    /** Bytes, when everything is gone that nobody holds. */
    heap() {
      setFlagsFromString('--expose-gc')
      runInNewContext('gc')()
      return process.memoryUsage().heapUsed
    },
  })
  process.send({ answer: target })
} catch (error) {
  process.send({ error: { message: String(error.stack), wrong: false } })
}
