/**
 * The report for scripts.
 *
 * @module
 */
import { connects, type Report } from './examine.js'
import { leftBehind } from './left-behind.js'

export function reportJson(report: Report) {
  const { target, at, results, exchanges } = report
  return {
    url: target.url,
    kind: target.kind,
    doubt: target.doubt ?? null,
    at: Math.floor(at / 1000),
    ok: results.every(connects),
    clients: results.map((result) => ({
      id: result.client.id,
      name: result.client.name,
      connects: connects(result),
      identifies_by: result.by,
      checks: result.findings,
    })),
    left_behind: leftBehind(report),
    requests: exchanges.map(({ asked, outcome, took }) => ({
      method: asked.method,
      url: asked.url,
      ...(outcome.answered ? { status: outcome.status } : { problem: outcome.problem, detail: outcome.detail }),
      took_ms: Math.round(took),
    })),
  }
}
