# For $PROFILE: ends the working day.

# Removes every session that Atmos keeps on this machine, whatever the project, and clears the
# credential variables of this shell. It never asks: long-lived access keys, of which the Credential
# Manager may hold the only copy, are kept and named. "eod --revoke" ends the sessions at the
# provider, too.
function eod {
    credclean logout --all-projects --keep-long-lived --yes @args
    $code = $LASTEXITCODE
    credclean unset powershell | Where-Object { $_ } | ForEach-Object { Invoke-Expression $_ }
    $global:LASTEXITCODE = $code
}
