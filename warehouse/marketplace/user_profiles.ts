import { boolean, decimal, sql, transform, varchar } from '#lib'
import { user_attributes } from '../mysql/user_attributes.ts'
import { users } from '../mysql/users.ts'

/** SQL for the value that a user has under a name, NULL without one. */
const attribute = (name: string) =>
  sql`max(case when ${user_attributes.name} = ${name} then ${user_attributes.value} end)`

/** Production keeps what it knows of users as names and values: here each name is a column. */
export const user_profiles = transform('user_profiles', {
  description: 'One row for each user, with what production keeps as names and values in columns.',
  select: {
    user_id: users.id.primaryKey(),
    email: users.email,
    first_name: users.first_name,
    last_name: users.last_name,
    city: users.city,
    country: users.country,
    signed_up_at: users.created_at.describe('UTC.'),
    favourite_team: varchar(200).nullable().as(attribute('favourite_team')),
    referrer: varchar(400).nullable().as(attribute('referrer')),
    phone: varchar(64).nullable().as(attribute('phone')),
    takes_newsletter: boolean().as(
      sql`coalesce(${attribute('newsletter')}, '') in ('1', 'yes', 'true')`,
    ),
    lifetime_value: decimal(12, 2)
      .nullable()
      .as(sql`cast(${attribute('lifetime_value')} as decimal(12, 2))`),
  },
  from: sql`
    ${users}
    left join ${user_attributes} on ${user_attributes.user_id} = ${users.id}
    group by 1, 2, 3, 4, 5, 6, 7`,
  dist: 'user_id',
})
