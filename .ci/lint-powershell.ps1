# Parses the PowerShell files of the repository.
$found = 0
foreach ($file in Get-ChildItem -Recurse -Filter *.ps1 contrib, .ci, completion) {
    $errors = $null
    [System.Management.Automation.Language.Parser]::ParseFile($file.FullName, [ref]$null, [ref]$errors) | Out-Null
    $errors | ForEach-Object { Write-Host "$($file.FullName): $_" }
    $found += $errors.Count
}
exit $found
