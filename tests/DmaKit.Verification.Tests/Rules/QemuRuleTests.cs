using System.Reflection;

namespace DmaKit.Verification.Tests.Rules;

/// <summary>The same drivers of the same rules on QEMU with VT-d, but for those that say why not. A class for each room of rules, so that they run side by side.</summary>
public abstract class QemuRuleTests
{
    private protected static TheoryData<string> Room(int number) =>
    [
        .. from type in typeof(QemuRuleTests).Assembly.GetTypes()
           where type.IsSubclassOf(typeof(RuleTest)) && type.GetCustomAttribute<NotOnQemuAttribute>() is null && type.Name[3] - '0' == number
           orderby type.Name
           select type.Name,
    ];

    private protected static Task Run(string rule) => ((RuleTest)Activator.CreateInstance(typeof(QemuRuleTests).Assembly.GetType($"DmaKit.Verification.Tests.Rules.{rule}", throwOnError: true)!)!).RunOnQemuAsync();
}

public sealed class QemuBufferRuleTests : QemuRuleTests
{
    public static TheoryData<string> Rules => Room(1);

    [Theory]
    [MemberData(nameof(Rules))]
    public Task The_rule_trips_on_its_buggy_driver_only(string rule) => Run(rule);
}

public sealed class QemuMappingRuleTests : QemuRuleTests
{
    public static TheoryData<string> Rules => Room(2);

    [Theory]
    [MemberData(nameof(Rules))]
    public Task The_rule_trips_on_its_buggy_driver_only(string rule) => Run(rule);
}

public sealed class QemuCommandRuleTests : QemuRuleTests
{
    public static TheoryData<string> Rules => Room(3);

    [Theory]
    [MemberData(nameof(Rules))]
    public Task The_rule_trips_on_its_buggy_driver_only(string rule) => Run(rule);
}

public sealed class QemuRingRuleTests : QemuRuleTests
{
    public static TheoryData<string> Rules => Room(4);

    [Theory]
    [MemberData(nameof(Rules))]
    public Task The_rule_trips_on_its_buggy_driver_only(string rule) => Run(rule);
}

public sealed class QemuDeviceRuleTests : QemuRuleTests
{
    public static TheoryData<string> Rules => Room(5);

    [Theory]
    [MemberData(nameof(Rules))]
    public Task The_rule_trips_on_its_buggy_driver_only(string rule) => Run(rule);
}

public sealed class QemuResourceRuleTests : QemuRuleTests
{
    public static TheoryData<string> Rules => Room(6);

    [Theory]
    [MemberData(nameof(Rules))]
    public Task The_rule_trips_on_its_buggy_driver_only(string rule) => Run(rule);
}
