export { auth as default } from './lib/auth'
