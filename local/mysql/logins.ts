/** Gives every user a new password at each start; the installed root has no use for an old one. */
export const loginSql = (database: string, password: string, adminPassword: string): string =>
  [
    `CREATE USER IF NOT EXISTS 'usher'@'127.0.0.1' IDENTIFIED BY '${password}'`,
    `ALTER USER 'usher'@'127.0.0.1' IDENTIFIED BY '${password}'`,
    `GRANT SELECT ON \`${database}\`.* TO 'usher'@'127.0.0.1'`,
    `CREATE USER IF NOT EXISTS 'admin'@'127.0.0.1' IDENTIFIED BY '${adminPassword}'`,
    `ALTER USER 'admin'@'127.0.0.1' IDENTIFIED BY '${adminPassword}'`,
    `GRANT ALL ON *.* TO 'admin'@'127.0.0.1'`,
    `ALTER USER 'root'@'localhost' IDENTIFIED BY '${adminPassword}'`,
  ]
    .map((statement) => `${statement};\n`)
    .join('')
