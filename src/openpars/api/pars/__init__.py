"""The PARS dialect as a web service: activities as MEMS/PARS XML or its JSON twin, under /services/pars."""
