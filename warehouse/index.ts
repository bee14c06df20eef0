// Written from the files beside it whenever the app is synthesized: there is nothing to edit.
import * as actions_clicks from './actions/clicks.ts'
import * as actions_event_demand from './actions/event_demand.ts'
import * as actions_searches from './actions/searches.ts'
import * as actions_sessions from './actions/sessions.ts'
import * as analytics_ga_channels from './analytics/ga_channels.ts'
import * as analytics_ga_sessions from './analytics/ga_sessions.ts'
import * as calendar_dim_date from './calendar/dim_date.ts'
import * as maintenance_analyze from './maintenance/analyze.ts'
import * as marketplace_all_sales from './marketplace/all_sales.ts'
import * as marketplace_event_details from './marketplace/event_details.ts'
import * as marketplace_sales_by_day from './marketplace/sales_by_day.ts'
import * as marketplace_user_profiles from './marketplace/user_profiles.ts'
import * as mysql_event_performers from './mysql/event_performers.ts'
import * as mysql_events from './mysql/events.ts'
import * as mysql_listings from './mysql/listings.ts'
import * as mysql_orders from './mysql/orders.ts'
import * as mysql_performers from './mysql/performers.ts'
import * as mysql_tix_v1_sales from './mysql/tix_v1_sales.ts'
import * as mysql_tix_v2_sales from './mysql/tix_v2_sales.ts'
import * as mysql_user_attributes from './mysql/user_attributes.ts'
import * as mysql_users from './mysql/users.ts'
import * as mysql_venues from './mysql/venues.ts'
import * as partners_boxoffice_sales from './partners/boxoffice_sales.ts'
import * as partners_partner_sales from './partners/partner_sales.ts'
import * as partners_stubmarket_sales from './partners/stubmarket_sales.ts'
import * as sixpack_sixpack_alternatives from './sixpack/sixpack_alternatives.ts'
import * as sixpack_sixpack_experiments from './sixpack/sixpack_experiments.ts'
import * as sixpack_sixpack_participations from './sixpack/sixpack_participations.ts'

export const tables: readonly object[] = [
  actions_clicks,
  actions_event_demand,
  actions_searches,
  actions_sessions,
  analytics_ga_channels,
  analytics_ga_sessions,
  calendar_dim_date,
  maintenance_analyze,
  marketplace_all_sales,
  marketplace_event_details,
  marketplace_sales_by_day,
  marketplace_user_profiles,
  mysql_event_performers,
  mysql_events,
  mysql_listings,
  mysql_orders,
  mysql_performers,
  mysql_tix_v1_sales,
  mysql_tix_v2_sales,
  mysql_user_attributes,
  mysql_users,
  mysql_venues,
  partners_boxoffice_sales,
  partners_partner_sales,
  partners_stubmarket_sales,
  sixpack_sixpack_alternatives,
  sixpack_sixpack_experiments,
  sixpack_sixpack_participations,
].flatMap((file) => Object.values(file))
