def counted(run_date, made):
    return made
