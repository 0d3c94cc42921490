export { auth as default } from './provider/auth.js'
