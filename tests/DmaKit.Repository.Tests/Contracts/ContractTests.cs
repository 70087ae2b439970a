namespace DmaKit.Repository.Tests;

public sealed class ContractTests
{
    [Fact]
    public void Every_contract_has_a_test_and_every_test_its_contract()
    {
        string[] wrong = [.. ContractList.Compare(
            ContractList.Listed(RepositoryTree.Read("docs/contracts.md")),
            [.. RepositoryTree.Sources("tests", "src/DmaKit.Testing/Conformance").SelectMany(ContractList.Tests)])];
        Assert.True(wrong.Length == 0, string.Join('\n', wrong));
    }

    [Fact]
    public void Twin_every_kind_of_difference_is_caught()
    {
        IReadOnlyList<string> listed = ContractList.Listed("- **A1** One.\n- **CB3** Two, see **A2** also.\n- **P4** Three.\n- **P4** Again.\n");
        Assert.Equal(["A1", "CB3", "P4", "P4"], listed);

        const string Tests = """
            class T
            {
                [Fact] public void A1_holds() { }
                [Theory, InlineData(1)] public void Q9_is_not_listed(int x) { }
                [Fact] public void Plain() { }
                public void CB3_is_no_test() { }
                public static Check[] All => [new(nameof(P4_is_a_check), P4_is_a_check)];
                static void P4_is_a_check() { }
            }
            """;
        (string Id, Finding Where)[] tests = [.. ContractList.Tests(new("tests/T.cs", Tests))];

        Assert.Equal(
            [
                "P4 is listed twice",
                "CB3 has no test whose name begins with CB3_",
                "tests/T.cs(4): Q9_is_not_listed: there is no contract Q9",
            ],
            ContractList.Compare(listed, tests));
    }
}
