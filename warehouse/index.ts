export * from './calendar/dim_date.ts'
