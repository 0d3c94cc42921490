/**
 * The one door to jose: what the library uses of it, by name, so that bundlers leave out the rest.
 *
 * @module
 */
export { exportJWK, generateKeyPair, importJWK, importPKCS8 } from 'jose'
