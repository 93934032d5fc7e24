"""The activity form: `steps` has its addresses, `saving` what a posted step becomes, `drawing` its pages."""
