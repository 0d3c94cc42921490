export { auth as default } from './auth.js'
