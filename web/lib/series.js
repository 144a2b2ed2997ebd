// Figures over time, as the charts draw them.

/** Seconds that a range shows. */
export const SPANS = { hour: 3600, day: 86_400 }

/** The series with a newer point at its end, once an interval has passed; what is older than the span goes. */
export const withPoint = (series, point) => {
  if (!series) return series
  const last = series.points.at(-1)
  const at = new Date(point.at)
  if (last && at - new Date(last.at) < series.interval_seconds * 1000) return series
  const span = series.interval_seconds > 60 ? SPANS.day : SPANS.hour
  return { ...series, points: [...series.points.filter((each) => at - new Date(each.at) <= span * 1000), point] }
}
