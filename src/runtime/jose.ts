/**
 * The one door to jose: what the library uses of it, each from its own entry. From the common one Node would load all of jose at every start.
 *
 * @module
 */
export { exportJWK } from 'jose/key/export'
export { generateKeyPair } from 'jose/key/generate/keypair'
export { importJWK, importPKCS8 } from 'jose/key/import'
