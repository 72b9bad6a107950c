# Completion of credclean for PowerShell. Put it into your $PROFILE:
#     credclean completion powershell | Out-String | Invoke-Expression

Register-ArgumentCompleter -Native -CommandName 'credclean', 'credclean.exe' -ScriptBlock {
    param($wordToComplete, $commandAst, $cursorPosition)
    $words = @($commandAst.CommandElements | Select-Object -Skip 1 |
            Where-Object { $_.Extent.EndOffset -lt $cursorPosition } |
            ForEach-Object {
                if ($_ -is [System.Management.Automation.Language.StringConstantExpressionAst]) { $_.Value }
                else { $_.Extent.Text }
            })
    $words += "$wordToComplete".Trim("'", '"')
    $encoding = [Console]::OutputEncoding
    try {
        # The words go through a variable: Windows PowerShell mangles arguments
        # that are empty or have quotes in them.
        $env:CREDCLEAN_COMPLETE = $words -join "`n"
        [Console]::OutputEncoding = [System.Text.Encoding]::UTF8
        # For files and directories there is no candidate: PowerShell then completes them itself.
        & (Get-Command credclean -CommandType Application -ErrorAction Stop)[0] __complete powershell 2>$null |
            Select-Object -Skip 1 | ForEach-Object {
                $text, $shown, $tip = $_ -split "`t", 3
                [System.Management.Automation.CompletionResult]::new($text, $shown, 'ParameterValue', $tip)
            }
    }
    catch { }
    finally {
        [Console]::OutputEncoding = $encoding
        Remove-Item Env:CREDCLEAN_COMPLETE -ErrorAction SilentlyContinue
    }
}
