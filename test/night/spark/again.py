"""Gives back what it reads, and the run date; and something that is no row of its table."""


def again(run_date, values):
    return values.selectExpr("*", f"date'{run_date}' as day")


def shorter(run_date, values):
    return values.drop("note")


def wider(run_date, values):
    return values.withColumn("price", values.small.cast("decimal(38,10)"))
