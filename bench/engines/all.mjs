/**
 * The databases over which grantwright is measured. All are as their packages have them, with their files on the disk of the folder for temporary files;
 * a write is on the disk before it is answered.
 *
 * @module
 */
import { startMariadb } from './mariadb.mjs'
import { startPostgres } from './postgres.mjs'
import { startRedis } from './redis.mjs'

/**
 * @typedef {{ url: string, what: string, cpu(): number, stop(): Promise<void> }} Engine `what` it is, with its version and how it is set; `cpu` its microseconds
 *   so far, of all its processes
 */

/** @type {Record<string, (core: number) => Promise<Engine>>} */
export const engines = { Postgres: startPostgres, MariaDB: startMariadb, Redis: startRedis }
