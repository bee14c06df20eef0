/** The tables of the sample marketplace, in the order in which they are written. */
export const schema = {
  users: `
    CREATE TABLE users (
      id               int unsigned NOT NULL AUTO_INCREMENT PRIMARY KEY,
      email            varchar(255) NOT NULL,
      first_name       varchar(80)  NOT NULL,
      last_name        varchar(80)  NOT NULL,
      birthday         date         NULL,
      city             varchar(120) NULL,
      country          char(2) CHARACTER SET ascii NOT NULL,
      marketing_opt_in tinyint(1)   NOT NULL DEFAULT 0,
      created_at       datetime     NOT NULL,
      updated_at       timestamp(6) NOT NULL
                       DEFAULT CURRENT_TIMESTAMP(6) ON UPDATE CURRENT_TIMESTAMP(6),
      UNIQUE KEY email (email)
    )`,

  user_attributes: `
    CREATE TABLE user_attributes (
      user_id int unsigned NOT NULL,
      name    varchar(64)  NOT NULL,
      value   text         NULL,
      PRIMARY KEY (user_id, name)
    )`,

  venues: `
    CREATE TABLE venues (
      id        int unsigned NOT NULL AUTO_INCREMENT PRIMARY KEY,
      name      varchar(200) NOT NULL,
      address   text         NULL,
      city      varchar(120) NOT NULL,
      state     varchar(40)  NULL,
      country   char(2) CHARACTER SET ascii NOT NULL,
      latitude  double       NOT NULL,
      longitude double       NOT NULL,
      capacity  mediumint unsigned NULL,
      time_zone varchar(64) CHARACTER SET ascii NOT NULL
    )`,

  performers: `
    CREATE TABLE performers (
      id         int unsigned NOT NULL AUTO_INCREMENT PRIMARY KEY,
      name       varchar(200) NOT NULL,
      short_name varchar(60)  NULL,
      type       enum('team','artist','comedian','theater') NOT NULL,
      genre      set('rock','pop','country','hip-hop','jazz','folk','electronic',
                     'football','stand-up','musical','drama') NOT NULL DEFAULT '',
      popularity float        NOT NULL,
      metadata   json         NULL
    )`,

  events: `
    CREATE TABLE events (
      id           int unsigned NOT NULL AUTO_INCREMENT PRIMARY KEY,
      title        varchar(255) NOT NULL,
      venue_id     int unsigned NOT NULL,
      starts_at    datetime     NOT NULL,
      on_sale_at   datetime     NULL,
      status       enum('announced','on_sale','sold_out','postponed','cancelled','over') NOT NULL,
      announced_at timestamp    NULL,
      description  text         NULL,
      KEY starts_at (starts_at)
    )`,

  event_performers: `
    CREATE TABLE event_performers (
      event_id     int unsigned NOT NULL,
      performer_id int unsigned NOT NULL,
      is_home      tinyint(1)   NOT NULL,
      billing      smallint     NOT NULL,
      PRIMARY KEY (event_id, performer_id)
    )`,

  listings: `
    CREATE TABLE listings (
      id         bigint unsigned NOT NULL AUTO_INCREMENT PRIMARY KEY,
      event_id   int unsigned  NOT NULL,
      seller_id  int unsigned  NOT NULL,
      section    varchar(40)   NOT NULL,
      \`row\`      varchar(8)    NULL,
      quantity   smallint unsigned NOT NULL,
      price      decimal(10,2) NOT NULL,
      is_instant bit(1)        NOT NULL,
      notes      text          NULL,
      created_at datetime      NOT NULL,
      KEY event_id (event_id)
    )`,

  orders: `
    CREATE TABLE orders (
      id               bigint unsigned NOT NULL PRIMARY KEY,
      user_id          int unsigned  NOT NULL,
      listing_id       bigint unsigned NOT NULL,
      event_id         int unsigned  NOT NULL,
      quantity         smallint      NOT NULL,
      price            decimal(12,4) NOT NULL,
      fee              decimal(12,4) NOT NULL,
      currency         char(3) CHARACTER SET ascii NOT NULL,
      status           enum('placed','confirmed','cancelled','refunded') NOT NULL,
      promo_code       varchar(32)   NULL,
      note             varchar(500)  NULL,
      ordered_at       datetime(3)   NOT NULL,
      delivered_on     date          NULL,
      delivery_seconds time          NULL,
      channel          varchar(40) CHARACTER SET latin1 NOT NULL,
      payload          varbinary(32) NULL,
      created_at       timestamp     NOT NULL DEFAULT CURRENT_TIMESTAMP,
      updated_at       timestamp(6)  NOT NULL
                       DEFAULT CURRENT_TIMESTAMP(6) ON UPDATE CURRENT_TIMESTAMP(6)
    )`,

  tix_v1_sales: `
    CREATE TABLE tix_v1_sales (
      tx_no     int unsigned NOT NULL PRIMARY KEY,
      usr       int unsigned NOT NULL,
      evt       int unsigned NOT NULL,
      amt_cents int          NOT NULL,
      dt_sold   datetime     NOT NULL,
      st        char(1) CHARACTER SET ascii NOT NULL
    )`,

  tix_v2_sales: `
    CREATE TABLE tix_v2_sales (
      TransactionID bigint        NOT NULL PRIMARY KEY,
      UserID        int unsigned  NOT NULL,
      EventID       int unsigned  NOT NULL,
      Amount        decimal(10,2) NOT NULL,
      SoldOn        timestamp     NOT NULL DEFAULT CURRENT_TIMESTAMP,
      State         varchar(16)   NOT NULL
    )`,
} as const

export type TableName = keyof typeof schema
